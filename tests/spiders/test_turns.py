"""Turns at one address, most of whose names may keep silent, and places among all requests."""

import asyncio

import pytest

from spiders.turns import SHORT, Places, SilentError, Turn


async def asked(turn: Turn, hosts: list[str], *, silent: set[str]) -> dict[str, list[float]]:
    """The seconds that each request to a host is given, made at once; silent hosts let them run out."""
    given: dict[str, list[float]] = {}

    async def one(host: str) -> None:
        async with turn:
            given.setdefault(host, []).append(turn.seconds(host, 10))
            await asyncio.sleep(0)
            turn.ended(host, in_time=host not in silent)

    found = await asyncio.gather(*map(one, hosts), return_exceptions=True)
    assert {type(error) for error in found if error is not None} <= {SilentError}
    return given


async def test_every_name_at_a_silent_address_is_asked_but_soon_not_for_long() -> None:
    names = [f"h{n}.example" for n in range(200)]
    given = await asked(Turn(4), [*names, "honest.example"], silent=set(names))
    assert len(given) == 201
    assert sum(one == [10] for one in given.values()) < 25
    assert given["honest.example"] == [SHORT]


async def test_a_name_that_never_answers_is_given_up_and_one_that_answered_is_not_cut() -> None:
    turn = Turn(1)
    given = await asked(turn, ["honest.example", *["mute.example"] * 50], silent={"mute.example"})
    assert len(given["mute.example"]) == 3
    await asked(
        turn, [f"h{n}.example" for n in range(50)], silent={f"h{n}.example" for n in range(50)}
    )
    assert turn.seconds("honest.example", 10) == 10
    with pytest.raises(SilentError):
        turn.seconds("mute.example", 10)


async def test_an_address_that_mostly_answers_keeps_its_time() -> None:
    names = [f"h{n}.example" for n in range(500)]
    given = await asked(Turn(4), names, silent=set(names[::3]))
    assert set(map(tuple, given.values())) == {(10,)}


async def test_who_waits_for_a_silent_server_gives_its_place_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spiders.turns._QUIET", 0.01)
    places, held, silence = Places(2), 0, asyncio.Event()

    async def one(*, silent: bool) -> None:
        nonlocal held
        async with places.one():
            held += 1
            await (silence.wait() if silent else asyncio.sleep(0))

    mute = [asyncio.create_task(one(silent=True)) for _ in range(5)]
    await asyncio.wait_for(one(silent=False), 5)
    assert held == 6
    silence.set()
    await asyncio.gather(*mute)
    # Each gave its place back once, not twice: there are two of them still.
    monkeypatch.setattr("spiders.turns._QUIET", 60)
    async with places.one(), places.one():
        third = asyncio.create_task(one(silent=False))
        await asyncio.sleep(0.01)
        assert held == 6
    await third
    assert held == 7
