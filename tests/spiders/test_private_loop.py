"""The loop of a batch: it connects to addresses alone, and leaves the process as it found it."""

import asyncio
import gc
import socket

import pytest

from spiders.private_loop import run_in_private_loop


def test_a_socket_is_connected_to_an_address_and_to_no_name() -> None:
    async def connects() -> str:
        loop = asyncio.get_running_loop()
        async with await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with socket.socket() as line:
                line.setblocking(False)
                with pytest.raises(OSError, match="illegal IP address"):
                    await loop.sock_connect(line, ("localhost", port))
                await loop.sock_connect(line, ("127.0.0.1", port))
        return "connected"

    assert run_in_private_loop(connects) == "connected"


def test_circles_are_looked_for_more_seldom_until_the_last_batch_has_ended() -> None:
    before = gc.get_threshold()

    async def overlaps() -> tuple[int, int]:
        inner = await asyncio.to_thread(run_in_private_loop, threshold)
        return inner, gc.get_threshold()[0]

    async def threshold() -> int:
        return gc.get_threshold()[0]

    inner, outer = run_in_private_loop(overlaps)
    assert inner == outer > before[0]
    assert gc.get_threshold() == before
