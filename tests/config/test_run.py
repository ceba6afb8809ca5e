"""`python -m config.run` as a whole: real servers, worker, beat and web, in a run directory of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.run import places
from config.run.lock import Lock

PARTS = ("postgres", "valkey", "worker", "beat", "web")
READY = "Juara is ready at "

pytestmark = [
    pytest.mark.xdist_group("run"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


class Run:
    """One started supervisor, found again among all processes by its RUN_DIR."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port
        environment = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_WORKER"))}
        environment |= {"RUN_DIR": str(directory), "PORT": str(port), "DEMO": "no"}
        environment |= {"WEB_CONCURRENCY": "1", "WORKER_CONCURRENCY": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            cwd=places.CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def until_it_says(self, words: str) -> "Run":
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if line.startswith(words):
                return self
        pytest.fail(f"ended before it said {words!r}:\n{self.said}")

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        rest, _ = self.process.communicate(timeout=30)
        self.said += rest
        return self.process.returncode

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.end()

    def child(self, part: str) -> int:
        """Return the process id of a part."""
        word = {"postgres": "bin/postgres\0", "valkey": "valkey-server", "web": "gunicorn"}.get(part, f"\0{part}\0")
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(pid) for pid in children if word in Path(f"/proc/{pid}/cmdline").read_text())

    def processes(self) -> set[int]:
        """Return every process that has inherited the run directory's lock, however it came to be."""
        found = set()
        for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
            with contextlib.suppress(OSError):  # gone meanwhile, or another user's
                if descriptor.readlink() == self.directory / "lock":
                    found.add(int(descriptor.parts[2]))
        return found


@contextlib.contextmanager
def listening() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """A run directory that all tests here share, each as its next start."""
    with tempfile.TemporaryDirectory(prefix="juara-run-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def run(directory: Path) -> Iterator[Callable[..., Run]]:
    started: list[Run] = []

    def start(port: int = 0, elsewhere: Path = directory) -> Run:
        started.append(Run(elsewhere, port or free_port()))
        return started[-1]

    yield start
    for left in started:
        left.process.kill()
        left.process.wait()


def test_a_killed_run_leaves_nothing_and_the_next_has_its_data_and_ends_with_any_part(
    run: Callable[..., Run], directory: Path
) -> None:
    sockets = directory / "sockets"
    killed = run().until_it_says(READY)
    with psycopg.connect(host=str(sockets), user=places.USER, dbname=places.DATABASE) as connection:
        connection.execute("create table kept (number integer)")
        connection.execute("insert into kept values (42)")
    with redis.Redis.from_url(places.redis_url(sockets)) as client:
        client.set("kept", "42")
    orphans = killed.processes()
    assert {killed.child(part) for part in PARTS} < orphans
    killed.process.kill()
    killed.process.wait()

    following = run(killed.port).until_it_says(READY)
    assert orphans & following.processes() == set()
    with psycopg.connect(host=str(sockets), user=places.USER, dbname=places.DATABASE) as connection:
        assert connection.execute("select number from kept").fetchall() == [(42,)]
    with redis.Redis.from_url(places.redis_url(sockets)) as client:
        assert client.get("kept") == b"42"

    os.kill(following.child("worker"), signal.SIGKILL)
    assert following.end() == 1
    assert "worker ended (exit code -9), so everything is stopped." in following.said
    assert following.processes() == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_start_stops_what_has_been_started(
    number: signal.Signals, run: Callable[..., Run]
) -> None:
    starting = run().until_it_says("prepare  |")
    assert starting.stop(number) == 0
    assert starting.said.endswith("Juara has stopped.\n")
    assert starting.processes() == set()


def test_what_is_in_use_is_refused_with_what_to_do(run: Callable[..., Run], directory: Path) -> None:
    with listening() as port:
        other = run(port)
        assert other.end() == 1
        assert f"Port {port} is in use" in other.said
        assert "Choose another one: PORT=" in other.said
    lock = Lock(directory / "lock")
    lock.acquire("http://localhost:8000/")
    second = run()
    assert second.end() == 1
    os.close(lock.descriptor)
    assert f"Juara already runs from {directory} (process {os.getpid()}, http://localhost:8000/)" in second.said
