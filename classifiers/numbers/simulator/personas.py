"""The personas of the simulated world: who calls whom, how often, when, and with what.

The rates are the project's own, set so that honest trades overlap with fraud in every single
feature: sales teams cold-call strangers as fraudsters do, couriers call as many numbers, call
centres sit in one cell and begin at nine sharp. They claim no measured truth about any carrier.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """One way of using a number. Means are per day; shares are 0 to 1."""

    name: str
    share: float
    """Of the honest population, or of the fraudulent one."""
    calls: float
    """Mean calls on a day; counts are negative binomial with `shape`."""
    fraud: bool = False
    shape: float = 2.0
    contacts: float = 0.9
    """Share of calls to people it knows; the others go to strangers."""
    answered: tuple[float, float] = (0.75, 0.55)
    """Share of calls answered, by contacts and by strangers."""
    seconds: tuple[float, float] = (60, 25)
    """Median duration, contacts and strangers; log-normal."""
    sigma: float = 1.1
    hooked: float = 0.0
    """Share of answered strangers who stay on for a quarter of an hour: victims."""
    called_back: tuple[float, float] = (0.25, 0.1)
    """Chance that somebody called calls back the same day."""
    inbound: float = 0.0
    """Mean calls a day from strangers who call first: a shop, a taxi, a hotline."""
    hours: str = "day"
    """Profile over the day, of `HOURS`."""
    session: float = 0.0
    """Hours that one stretch of calling lasts; 0 for all day."""
    cells: float = 3.0
    """Mean distinct cells in a day; 1 never moves."""
    team: int = 1
    """Numbers that sit together: one cell, one beginning of work."""
    pool: int = 0
    """Devices shared by a team; 0: everybody has one of their own."""
    gateway: float = 0.0
    """Chance that the device shows its real, gateway TAC."""
    own: float = 0.7
    """Chance that it is our own subscriber; of others we see only calls to our subscribers."""
    young: float = 0.01
    """Chance that the card is less than a week old."""
    tenure: float = 900.0
    """Mean age of the other cards, in days; exponential."""
    silent: float = 0.0
    """Days of silence before it began to call again."""
    identities: float = 0.3
    """Mean further numbers on the same identity; Poisson."""
    batch: int = 0
    """Cards of one dealer batch used together; 0: batches are strangers."""
    form: str = "mobile"
    """mobile, mvno, landline, service, spoofed, lookalike, foreign."""
    sms: float = 1.0
    """Mean messages sent in a day."""
    complained: float = 0.00002
    """Chance that an answered call leads to a complaint."""
    away: float = 0.0
    """Chance that it calls from a risk area."""
    leads: float = 0.0
    """Share of the calls to strangers that go to a bought list, which other teams work off as well."""


HOURS: dict[str, tuple[int, ...]] = {
    "day": (1, 1, 0, 0, 0, 1, 3, 8, 12, 14, 14, 13, 12, 11, 12, 13, 14, 15, 16, 16, 14, 11, 6, 3),
    "work": (0, 0, 0, 0, 0, 0, 0, 1, 8, 20, 22, 16, 5, 10, 19, 20, 18, 12, 3, 1, 1, 0, 0, 0),
    "deliver": (0, 0, 0, 0, 0, 1, 3, 9, 16, 18, 17, 16, 11, 12, 14, 15, 16, 15, 12, 9, 5, 2, 1, 0),
    "taxi": (
        4,
        3,
        2,
        2,
        3,
        6,
        12,
        18,
        16,
        12,
        10,
        10,
        10,
        10,
        10,
        11,
        14,
        18,
        16,
        12,
        11,
        10,
        8,
        6,
    ),
    "evening": (0, 0, 0, 0, 0, 0, 0, 2, 3, 3, 3, 2, 2, 2, 2, 4, 14, 20, 22, 20, 10, 3, 1, 0),
    "flat": (0, 0, 0, 0, 0, 0, 0, 0, 4, 12, 13, 12, 9, 11, 12, 12, 12, 11, 9, 8, 7, 4, 1, 0),
}
"""Weights of the local hours 0 to 23."""

HONEST: tuple[Persona, ...] = (
    Persona("ordinary", 0.8405, 4.5, shape=1.2),
    Persona("elderly", 0.06, 1.5, contacts=0.97, cells=1.4, tenure=2500, sms=0.1),
    Persona("student", 0.03, 3.0, contacts=0.85, young=0.35, tenure=300, identities=0.05),
    Persona("traveller", 0.008, 5.0, contacts=0.7, cells=9, away=0.25),
    Persona("new-phone", 0.006, 9.0, contacts=0.8, young=0.9, shape=1.5),
    Persona("two-phones", 0.005, 7.0, contacts=0.85, pool=1, team=2),
    Persona(
        "courier", 0.015, 95, shape=6, contacts=0.06, answered=(0.8, 0.72), seconds=(40, 17),
        sigma=0.7, called_back=(0.2, 0.14), inbound=6, hours="deliver", cells=22, young=0.04,
        complained=0.00003,
    ),
    Persona(
        "taxi", 0.008, 32, shape=4, contacts=0.12, answered=(0.8, 0.85), seconds=(45, 20), sigma=0.7,
        called_back=(0.2, 0.22), inbound=4, hours="taxi", cells=40,
    ),
    Persona(
        "shop", 0.012, 14, contacts=0.4, answered=(0.8, 0.7), inbound=14, hours="deliver", cells=1.3,
        form="mobile", tenure=1800,
    ),
    Persona(
        "sales", 0.006, 85, shape=3, contacts=0.08, answered=(0.7, 0.36), seconds=(55, 14), sigma=1.2,
        called_back=(0.2, 0.03), inbound=0.5, hours="work", cells=2.2, team=12, young=0.06,
        tenure=500, identities=0.8, complained=0.0012, sms=4, leads=0.4,
    ),
    Persona(
        "recruiter", 0.002, 45, shape=4, contacts=0.1, answered=(0.8, 0.5), seconds=(60, 55),
        called_back=(0.2, 0.12), inbound=4, hours="work", cells=1.6, team=5, complained=0.0002,
    ),
    Persona(
        "call-centre", 0.003, 160, shape=10, contacts=0.02, answered=(0.7, 0.42), seconds=(60, 24),
        called_back=(0.1, 0.03), inbound=3, hours="work", cells=1.0, team=40, young=0.01,
        form="landline", tenure=1500, identities=15, complained=0.0006, sms=0,
    ),
    Persona(
        "bank", 0.0005, 420, shape=10, contacts=0.0, answered=(0.7, 0.5), seconds=(60, 30),
        called_back=(0.1, 0.05), inbound=80, hours="flat", cells=1.0, form="service", own=0.9,
        young=0.0, tenure=3000, complained=0.0002, sms=0,
    ),
    Persona(
        "school", 0.001, 60, shape=2, contacts=0.25, answered=(0.85, 0.8), seconds=(50, 45),
        called_back=(0.2, 0.16), inbound=12, hours="evening", cells=1.0, form="landline",
        tenure=3000, sms=20,
    ),
    Persona("foreigner", 0.003, 3.0, own=0.0, form="foreign", answered=(0.7, 0.45)),
)  # fmt: skip

FRAUD: tuple[Persona, ...] = (
    Persona(
        "script", 0.25, 170, fraud=True, shape=3, contacts=0.05, answered=(0.5, 0.3),
        seconds=(60, 13), sigma=1.2, hooked=0.012, called_back=(0.2, 0.025), hours="flat",
        session=7, cells=1.3, young=0.45, tenure=160, identities=1.5, form="mobile", sms=1,
        leads=0.4, complained=0.004, batch=6,
    ),
    Persona(
        "sim-box", 0.25, 48, fraud=True, shape=5, contacts=0.03, answered=(0.5, 0.3),
        seconds=(60, 14), sigma=1.2, hooked=0.015, called_back=(0.2, 0.02), hours="flat", session=2,
        cells=1.0, team=32, pool=8, gateway=0.5, young=0.55, tenure=140, identities=2.0,
        leads=0.4, complained=0.004, sms=0.2, batch=16,
    ),
    Persona(
        "goip-gang", 0.2, 70, fraud=True, shape=5, contacts=0.04, answered=(0.5, 0.32),
        seconds=(60, 15), sigma=1.2, hooked=0.015, called_back=(0.2, 0.025), hours="flat", session=4,
        cells=1.0, team=8, pool=2, gateway=0.35, young=0.4, tenure=220, identities=0.8,
        leads=0.4, complained=0.004, sms=0.2, batch=4,
    ),
    Persona(
        "sleeper", 0.15, 100, fraud=True, shape=3, contacts=0.08, answered=(0.6, 0.3),
        seconds=(60, 14), sigma=1.2, hooked=0.012, called_back=(0.2, 0.025), hours="flat", session=5,
        cells=1.4, young=0.0, tenure=260, silent=60, identities=1.0, leads=0.4, complained=0.004, sms=0.3,
        batch=5,
    ),
    Persona(
        "spoofed", 0.15, 42, fraud=True, shape=5, contacts=0.0, answered=(0.5, 0.26),
        seconds=(60, 15), sigma=1.2, hooked=0.02, called_back=(0.0, 0.002), hours="flat", session=3,
        own=0.0, form="spoofed", leads=0.4, complained=0.005, sms=0.0,
    ),
)  # fmt: skip
"""Shares are of the fraudulent numbers. `sim-box` and `goip-gang` are the rotated gangs."""

PERSONAS: dict[str, Persona] = {persona.name: persona for persona in (*HONEST, *FRAUD)}
GANGS = ("sim-box", "goip-gang")
TRADES = ("courier", "taxi", "call-centre", "bank", "school")
"""Honest trades of which hardly one may be over the listing threshold."""
