"""Turns at one address, which may be a tarpit."""

import asyncio

from spiders.turns import SilentError, Turn


async def asked(turn: Turn, requests: int, *, silent: set[int]) -> list[int]:
    """Which of so many requests at once were really made."""
    made = []

    async def one(n: int) -> None:
        async with turn:
            made.append(n)
            await asyncio.sleep(0)
            turn.ended(in_time=n not in silent)

    found = await asyncio.gather(*(one(n) for n in range(requests)), return_exceptions=True)
    assert {type(error) for error in found if error is not None} <= {SilentError}
    return made


async def test_who_waits_for_a_silent_address_is_let_go() -> None:
    turn = Turn(4)
    assert len(await asked(turn, 500, silent=set(range(500)))) < 25
    assert await asked(turn, 9, silent=set()) == []


async def test_an_address_that_mostly_answers_is_waited_for() -> None:
    silent = set(range(0, 500, 3))
    assert len(await asked(Turn(4), 500, silent=silent)) == 500
