"""What the models in force cannot promise, for everybody who acts under the policy: said with the
policy, at the end of each run, and where models are listed.
"""

from pipeline.settings import Settings


def unsupported(settings: Settings) -> list[str]:
    """One line for each false-positive rate that was asked for and that the data cannot support."""
    from flows.shelf import current_model, current_number_model

    sites = [
        f"sites, {route}: {warning}"
        for route, warnings in current_model(settings).warnings.items()
        for warning in warnings
    ]
    numbers = current_number_model(settings).warnings.values()
    return [*sites, *(f"numbers: {warning}" for warning in numbers)]
