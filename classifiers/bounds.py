"""What a measured rate says of the true one: the bound under every threshold, of sites and of numbers."""

CONFIDENCE = 0.95


def clopper_pearson(hits: int, trials: int, *, confidence: float = CONFIDENCE) -> float:
    """One-sided upper bound of a rate after `hits` in `trials` (Clopper & Pearson, Biometrika 1934).

    1 where nothing was tried, or every trial hit.
    """
    from scipy.stats import beta

    if hits >= trials:
        return 1.0
    return float(beta.ppf(confidence, hits + 1, trials - hits))
