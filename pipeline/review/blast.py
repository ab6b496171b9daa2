"""What a block would hit beside its subject: names below it, old names, other people's pages."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.indicators import host_of, registrable_domain
from pipeline.nouns import Action, Indicator, Kind
from pipeline.protected import Protected, Refusal
from pipeline.store import Connection
from pipeline.store.observations import observations_of
from pipeline.store.surroundings import MAX_NAMES, live_under, names_under


@dataclass(frozen=True, slots=True)
class Blast:
    """The reach of a decision at one scope."""

    target: Indicator
    names: tuple[Indicator, ...]
    """Known names that a block covers, itself left out: of a host, its pages alone."""
    allowed: tuple[Indicator, ...]
    """What somebody allowed of what a block covers."""
    below: tuple[Indicator, ...]
    """Known names that an allow spares, itself left out: of a host too, all below it."""
    blocked: tuple[Indicator, ...]
    """Live blocks that an allow lifts, that of the target left out."""
    registered: datetime | None
    """Since when its domain is registered; None where that is not known."""
    rank: int | None
    """Its rank by traffic; None where no rank file names it."""
    shared: bool
    """Whether its host serves pages of many people."""
    looked_at: int
    """Known names at or below it that were read; where there are more, some are left out here."""
    refusal: Refusal | None
    """Why it can never be listed, if so."""

    @property
    def boundless(self) -> bool:
        """Whether there are more names below it than are looked at, blocked ones perhaps among them."""
        return self.looked_at >= MAX_NAMES


def blast_of(
    tx: Connection, target: Indicator, *, subject: Indicator, protected: Protected, now: datetime
) -> Blast:
    """What a decision on a target reaches, for the sake of a subject."""
    host = host_of(target)
    known: list[Indicator] = []
    below, allowed, blocked = [], [], []
    if host is not None and target.kind is not Kind.URL:
        known = names_under(tx, host)
        # Whatever was decided is known; so where there is nothing else there is no decision on it.
        if any(name != target for name in known):
            live = live_under(tx, host, at=now)
            allowed = [name for name, action in live if action is Action.ALLOW]
            blocked = [name for name, action in live if action is Action.BLOCK]
        below = [name for name in known if name.kind is not Kind.DOMAIN]

    def covered(indicator: Indicator) -> bool:
        return target.kind is Kind.DOMAIN or (
            indicator.kind is Kind.URL and host_of(indicator) == host
        )

    return Blast(
        target=target,
        names=tuple(i for i in below if i != target and covered(i)),
        allowed=tuple(i for i in allowed if i != target and covered(i)),
        below=tuple(i for i in below if i != target),
        blocked=tuple(i for i in blocked if i != target),
        registered=_registered(tx, target, subject),
        rank=None if host is None or target.kind is Kind.URL else protected.rank(host),
        shared=host is not None and protected.is_shared(host),
        looked_at=len(known),
        refusal=protected.refusal(target),
    )


def _registered(tx: Connection, *indicators: Indicator) -> datetime | None:
    seen = observations_of(tx, list(dict.fromkeys(indicators)), prop="registration")
    dates = [
        o.value.get("registered")
        for indicator in indicators
        for o in seen[indicator]
        if isinstance(o.value, dict)
    ]
    try:
        at = datetime.fromisoformat(str(dates[-1]))
    except (IndexError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def scopes_of(subject: Indicator, proposed: Indicator | None = None) -> list[Indicator]:
    """The scopes at which a subject can be settled, narrowest first."""
    if subject.kind is Kind.NUMBER:
        return [subject]
    host = host_of(subject)
    found = [subject]
    if host is not None:
        found.append(Indicator(Kind.HOST, host))
        domain = registrable_domain(host)
        if domain is not None:
            found.append(Indicator(Kind.DOMAIN, domain))
    if proposed is not None:
        found.append(proposed)
    order = {Kind.URL: 0, Kind.HOST: 1, Kind.DOMAIN: 2, Kind.NUMBER: 3}
    return sorted(dict.fromkeys(found), key=lambda scope: (order[scope.kind], scope.value))
