"""What the commands tell of a number: the model's verdict and the points, side by side."""

from classifiers.numbers import judge
from classifiers.numbers.accounts import standings
from classifiers.numbers.points import DEFAULT, Standing, load_scheme
from flows.carriers import keys_of
from flows.shelf import current_number_model
from pipeline.evidence import gather
from pipeline.feeds.keyring import generations, kept_keyring
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.subscribers import appears
from pipeline.nouns import Indicator
from pipeline.protected import Protected, load
from pipeline.review.told import PartOfPoints, Points
from pipeline.settings import Settings
from pipeline.store import Store


def tell_verdict(store: Store, settings: Settings, indicator: Indicator) -> list[str]:
    """The verdict of the model in use in one line, and a line for each reason."""
    now = settings.now()
    with store.read() as tx:
        evidence = gather(tx, [indicator], standing=settings.intake.standing, at=now)
    (verdict,) = judge(evidence, now=now, model=current_number_model(settings))
    said = f"{verdict.label.value}, {verdict.probability:.1%} ({verdict.model})"
    return [
        f"{indicator.value}: {said}",
        *(f"  {reason.weight:+6.2f}  {reason.zh} / {reason.en}" for reason in verdict.reasons),
    ]


def tell_points(store: Store, settings: Settings, indicator: Indicator, shelf: Shelf) -> list[str]:
    """The points of a carrier's subscriber: how many, of what, and what follows.

    A protected number has none, whatever stands in the ledger.
    """
    protected = load(settings)
    refusal = protected.refusal(indicator)
    if refusal is not None:
        return [f"no points, it is protected: {refusal.reason_zh} / {refusal.reason_en}"]
    surrogate = keys_of(settings, shelf).surrogate("number", indicator.value)
    found = _standing(store, settings, shelf, indicator, protected)
    if not found.parts and found.verified_at is None and not appears(shelf, surrogate):
        return [f"no points: no feed of {shelf.carrier} ever named it"]
    lines = [
        f"{found.balance:.1f} points: {found.grade.zh} / {found.grade.en} → {found.grade.action}",
        *(f"  {v:6.1f}  {rule.zh} / {rule.en}  ({rule.basis})" for rule, v in found.parts),
    ]
    if found.verified_at is not None:
        when = f"{found.verified_at:%Y-%m-%d %H:%M}"
        lines.append(f"  verified {when} UTC; earlier points are cleared")
    return lines


def points_of(
    store: Store, settings: Settings, protected: Protected, indicator: Indicator
) -> list[Points]:
    """The points of a number at each carrier whose feed was taken in; of a protected one, none."""
    if protected.refusal(indicator) is not None or not settings.feeds_dir.is_dir():
        return []
    found = []
    for folder in sorted(settings.feeds_dir.iterdir()):
        # Whoever looks makes no keys, so a carrier without any has no points either.
        if not generations(settings.feed_keys_dir, folder.name):
            continue
        shelf = Shelf(settings.feeds_dir, folder.name)
        told = _standing(store, settings, shelf, indicator, protected)
        if told.parts or told.verified_at:
            parts = tuple(PartOfPoints(r.zh, r.en, r.basis, v) for r, v in told.parts)
            grade = told.grade
            found.append(
                Points(
                    shelf.carrier,
                    told.balance,
                    grade.zh,
                    grade.en,
                    grade.action,
                    parts,
                    told.verified_at,
                )
            )
    return found


def _standing(
    store: Store, settings: Settings, shelf: Shelf, indicator: Indicator, protected: Protected
) -> Standing:
    surrogate = kept_keyring(shelf, settings.feed_keys_dir).surrogate("number", indicator.value)
    scheme = load_scheme(settings.numbers.points or DEFAULT)
    return standings(
        store, shelf, scheme, {surrogate: indicator}, protected=protected, now=settings.now()
    )[surrogate]
