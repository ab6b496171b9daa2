"""Draw the people of the simulated world: their numbers, devices, cells, cards and teams."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.numbers.simulator.personas import FRAUD, HONEST, PERSONAS, Persona

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

GATEWAY_TACS = (86012304, 86075504, 35900190)
"""TACs that the simulated gateways show; settings name them as `numbers.gateway_tacs`."""
RISK_AREAS = ("MM", "KH", "LA", "533100")
_MOBILE_PREFIXES = np.array(
    [134, 135, 136, 138, 139, 150, 151, 158, 159, 182, 187, 130, 131, 155, 186, 133, 153, 180, 189]
)
_MVNO_PREFIXES = np.array([162, 165, 167, 170, 171])


@dataclass(frozen=True, slots=True)
class People:
    """Every caller of the world, one row each; then come the callees who never call."""

    persona: npt.NDArray[np.str_]
    fraud: Bools
    shown: list[str]
    """The number as the network shows it, of callers and silent callees alike."""
    own: Bools
    team: Ints
    """Number of its team, over all personas."""
    cell: Ints
    """Home cell."""
    imei: Ints
    activated_days: npt.NDArray[np.float64]
    """Days before the first simulated day; negative never."""
    silent_days: npt.NDArray[np.float64]
    identity: Ints
    dealer: Ints
    batch: Ints
    away: Bools

    @property
    def callers(self) -> int:
        return len(self.persona)

    def of(self, name: str) -> Ints:
        return np.flatnonzero(self.persona == name).astype(np.int64)


def draw_people(
    rng: np.random.Generator,
    *,
    numbers: int,
    fraud: float,
    shares: Mapping[str, float] | None = None,
) -> People:
    """Draw `numbers` callers, a share `fraud` of them fraudulent, and three silent callees for each.

    `shares` of the honest personas that it names go before their own; ordinary people make room.
    """
    wicked = max(round(numbers * fraud), 1 if fraud > 0 else 0)
    honest = _apportion(numbers - wicked, HONEST, shares or {})
    counts = honest | _apportion(wicked, FRAUD, {})
    persona = np.repeat(list(counts), list(counts.values()))
    persona = rng.permutation(persona)
    n = len(persona)
    team = np.zeros(n, np.int64)
    imei = np.zeros(n, np.int64)
    batch = rng.integers(0, max(n // 60, 1), n)
    dealer = batch // 20
    identity = np.arange(n, dtype=np.int64)
    own = np.zeros(n, bool)
    age = np.zeros(n)
    silent = np.zeros(n)
    away = np.zeros(n, bool)
    cells = max(n // 150, 20)
    cell = rng.integers(0, cells, n)
    next_team = next_imei = 0
    for name, count in counts.items():
        if count == 0:
            continue
        p, at = PERSONAS[name], np.flatnonzero(persona == name)
        teams = np.arange(count) // p.team
        team[at] = teams + next_team
        if p.team > 1:
            cell[at] = rng.integers(0, cells, teams.max() + 1)[teams]
        if p.pool:
            devices = teams * p.pool + rng.integers(0, p.pool, count)
            taken = (teams.max() + 1) * p.pool
        else:
            devices, taken = np.arange(count), count
        is_gateway = rng.random(taken) < p.gateway
        tac = np.where(
            is_gateway,
            rng.choice(GATEWAY_TACS, taken),
            35_000_000 + rng.integers(0, 400, taken) * 1_000 + 7,
        )
        imei[at] = (tac * 1_000_000 + (next_imei + np.arange(taken)) % 1_000_000)[devices]
        next_team += teams.max() + 1
        next_imei += taken
        own[at] = rng.random(count) < p.own
        if p.team > 1 and p.fraud:
            own[at] = (rng.random(teams.max() + 1) < p.own)[teams]
        is_young = rng.random(count) < p.young
        age[at] = np.where(
            is_young, rng.uniform(0.2, 7, count), 7 + rng.exponential(p.tenure, count)
        )
        silent[at] = np.where(
            p.silent > 0,
            np.minimum(rng.uniform(0.4, 1.6, count) * p.silent, age[at] * 0.9),
            np.minimum(rng.exponential(1.2, count), age[at] * 0.9),
        )
        identity[at] = _identities(rng, at, p)
        if p.batch:
            groups = np.arange(count) // p.batch
            batch[at] = 10_000_000 + groups + next_team * 1_000
            dealer[at] = batch[at] // 4
        away[at] = rng.random(count) < p.away
    shown = _numbers(rng, persona, n)
    is_fraud = np.isin(persona, [p.name for p in FRAUD])
    return People(
        persona, is_fraud, shown, own, team, cell, imei, age, silent, identity, dealer, batch, away
    )


def _apportion(
    total: int, personas: tuple[Persona, ...], shares: Mapping[str, float]
) -> dict[str, int]:
    counts = {p.name: int(total * shares.get(p.name, p.share)) for p in personas}
    counts[personas[0].name] += total - sum(counts.values())
    return counts


def _identities(rng: np.random.Generator, at: npt.NDArray[np.intp], p: Persona) -> Ints:
    """Neighbours in the list share an identity, `identities` + 1 numbers each on average."""
    starts = rng.random(len(at)) < 1 / (1 + p.identities)
    starts[0] = True
    group = np.cumsum(starts) - 1
    shared: Ints = np.take(at[np.flatnonzero(starts)], group).astype(np.int64)
    return shared


def _numbers(rng: np.random.Generator, persona: npt.NDArray[np.str_], callers: int) -> list[str]:
    """Numbers of callers and of three silent callees for each, all different, random digits."""
    total = callers * 4
    tails = rng.choice(10**8, total, replace=False) if total < 4 * 10**7 else np.arange(total)
    mobiles = rng.choice(_MOBILE_PREFIXES, total) * 10**8 + tails
    shown: list[str] = mobiles.astype(str).tolist()
    forms = np.array([PERSONAS[name].form for name in np.unique(persona)])[
        np.unique(persona, return_inverse=True)[1]
    ]
    is_mvno = (forms == "mobile") & (rng.random(callers) < 0.05)
    is_mvno |= (np.isin(persona, ["script", "sim-box", "goip-gang"])) & (rng.random(callers) < 0.3)
    for n in np.flatnonzero(is_mvno & (forms == "mobile")).tolist():
        shown[n] = f"{rng.choice(_MVNO_PREFIXES)}{tails[n]:08d}"
    for n in np.flatnonzero(forms != "mobile").tolist():
        tail = f"{tails[n]:08d}"
        if forms[n] == "landline":
            shown[n] = f"028{2 + int(tail[0]) % 7}{tail[1:]}"
        elif forms[n] == "service":
            shown[n] = f"95{500 + n % 500}" if n % 3 else f"400{tail[:7]}"
        elif forms[n] == "foreign":
            shown[n] = f"+1212{2 + int(tail[0]) % 8}{tail[1:7]}" if n % 2 else f"+6621{tail[:6]}"
        else:
            shown[n] = (
                f"+86{mobiles[n]}", f"+{mobiles[n]}", f"0{10 + n % 3}955{tail[:2]}",
                f"0086028{2 + int(tail[0]) % 7}{tail[1:]}",
            )[n % 4]  # fmt: skip
    return shown
