"""Streams of a real server of several processes."""

import asyncio
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import live
from leaderboards.selectors.standings import valkey
from tests.conftest import Cast
from tests.stack import Stack, stack

BOARD = "board-revenue-person-2026-06"


def cookie(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


class Stream:
    """One open stream, read byte by byte as a browser does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int, address: str, cookie: str) -> "Stream":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        stream = cls(reader, writer)
        assert b"200" in await reader.readline()
        while await reader.readline() != b"\r\n":
            pass
        await stream.line("retry: 1000")
        return stream

    async def line(self, wanted: str, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while (line := (await self.reader.readline()).decode().strip()) != wanted:
                assert line is not None

    async def events(self, seconds: float) -> list[float]:
        """When events came in that time."""
        times: list[float] = []
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if (await self.reader.readline()).startswith(b"event:"):
                        times.append(loop.time())
        except TimeoutError:
            return times

    def close(self) -> None:
        self.writer.close()


@pytest.fixture
def web(transactional_db: None, cast: Cast, tmp_path: Path) -> Iterator[Stack]:
    valkey().flushdb()
    with stack(tmp_path, "web", DATABASE_POOL="8", WEB_CONCURRENCY="2") as running:
        yield running


def test_a_hundred_open_pages_hear_of_a_change_and_leave_the_database_alone(web: Stack, cast: Cast) -> None:
    ana = cookie(cast.ana)

    async def listen() -> float:
        address = live.address([BOARD, f"person-{cast.ana.pk}"])
        streams = [await Stream.open(web.port, address, ana) for _page in range(100)]
        status = await asyncio.to_thread(status_of_a_page, web.port, ana)
        assert status == 200
        began = time.perf_counter()
        live.publish([BOARD])
        await asyncio.gather(*(stream.line(f"event: {BOARD}") for stream in streams))
        took = time.perf_counter() - began
        for stream in streams:
            stream.close()
        return took

    took = asyncio.run(listen())
    print(f"\n100 open pages heard of a change within {took * 1000:.0f} ms")  # noqa: T201 - a measurement
    assert took < 2


def status_of_a_page(port: int, cookie: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", reverse("leaderboards:board", args=["revenue"]), headers={"Cookie": cookie})
    return connection.getresponse().status


def test_a_burst_is_heard_a_few_times_and_its_end_always(web: Stack, cast: Cast) -> None:
    ana = cookie(cast.ana)

    async def burst() -> tuple[list[float], float]:
        stream = await Stream.open(web.port, live.address([BOARD]), ana)
        await asyncio.sleep(0.3)
        listening = asyncio.create_task(stream.events(2.5))
        for _change in range(100):
            live.publish([BOARD])
            await asyncio.sleep(0.01)
        last = asyncio.get_running_loop().time()
        times = await listening
        stream.close()
        return times, last

    times, last = asyncio.run(burst())
    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) > live.SPACING - 0.05
    assert times[-1] >= last - 0.02
    assert len(times) <= 2 + (last - times[0]) / live.SPACING


def test_what_changed_between_the_page_and_its_stream_is_heard(web: Stack, cast: Cast) -> None:
    ana, address = cookie(cast.ana), live.address([BOARD])
    live.publish([BOARD])

    async def late() -> None:
        stream = await Stream.open(web.port, address, ana)
        await stream.line(f"event: {BOARD}")
        stream.close()
        stream = await Stream.open(web.port, live.address([BOARD]), ana)
        assert await stream.events(0.5) == []
        stream.close()

    asyncio.run(late())


def test_a_change_of_everything_is_heard_on_every_channel(web: Stack, cast: Cast) -> None:
    ana, person = cookie(cast.ana), f"person-{cast.ana.pk}"

    async def everything() -> None:
        stream = await Stream.open(web.port, live.address([BOARD, person]), ana)
        await asyncio.sleep(0.3)
        live.publish_all()
        await stream.line(f"event: {BOARD}")
        await stream.line(f"event: {person}")
        stream.close()

    asyncio.run(everything())


def test_a_stream_survives_that_valkey_closes_its_connections(web: Stack, cast: Cast) -> None:
    ana = cookie(cast.ana)

    async def survive() -> None:
        stream = await Stream.open(web.port, live.address([BOARD]), ana)
        await asyncio.sleep(0.3)
        valkey().client_kill_filter(_type="pubsub")
        live.publish([BOARD])
        await stream.line(f"event: {BOARD}")
        stream.close()

    asyncio.run(survive())


@pytest.mark.parametrize(
    ("who", "channel", "status"),
    [
        ("nobody", BOARD, 403),
        ("ana", BOARD, 200),
        ("ana", "person-ana", 200),
        ("ana", "person-ben", 404),
        ("mia", "person-ana", 200),
        ("finn", "person-ana", 200),
        ("ana", "person-x", 404),
        ("ana", "person-99999999999999999999", 404),
        ("ana", "secret-1", 404),
        ("ana", "", 400),
    ],
)
def test_who_may_listen_to_what(cast: Cast, client: Client, who: str, channel: str, status: int) -> None:
    prefix, _, name = channel.partition("-")
    if prefix == "person" and hasattr(cast, name):
        channel = f"person-{getattr(cast, name).pk}"
    if who != "nobody":
        client.force_login(getattr(cast, who))
    response = client.get(reverse("live"), {channel: "1"} if channel else {})
    assert response.status_code == status
    response.close()


def test_too_many_channels_are_refused(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    assert client.get(reverse("live"), {f"board-{n}": "1" for n in range(21)}).status_code == 400


def test_an_ended_session_hears_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    SessionStore(client.session.session_key).delete()
    assert client.get(reverse("live"), {BOARD: "1"}).status_code == 403
