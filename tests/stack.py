"""The application as it really runs: gunicorn and Celery as processes of their own over the test's servers."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from celery import Celery
from django.db import connection
from redis import RedisError

from config.run.child import Child, Command, start, wait_until_ready
from config.run.places import celery_broker_url
from config.run.supervisor import application

START_SECONDS = 60


@dataclass
class Stack:
    """A running application over the test's database. What it may see has to be committed (transactional_db)."""

    directory: Path
    port: int
    environment: dict[str, str]
    children: list[Child] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> Child:
        """Start `web`, `worker` or `beat`; returns it once it answers."""
        command = next(c for c in application(self.directory, self.port, self.environment) if c.name == name)
        child = self._start(command)
        if name == "web":
            wait_until_ready(child, self._answers, seconds=START_SECONDS)
        if name == "worker":
            wait_until_ready(child, self._a_worker_answers, seconds=START_SECONDS)
        return child

    def stop(self, child: Child) -> None:
        self.children.remove(child)
        child.stop()

    def stop_all(self) -> None:
        for child in list(self.children):
            self.stop(child)

    def kill(self, child: Child) -> None:
        """As a power cut does: the whole group at once."""
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.children.remove(child)

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def send(self, task: str, **arguments: object) -> None:
        """Queue a task at this stack's broker, which need not be the test's own."""
        with self._celery() as celery:
            celery.send_task(task, kwargs=arguments)

    def _celery(self) -> Celery:
        return Celery(broker=celery_broker_url(self.environment["REDIS_URL"]), set_as_current=False)

    def _a_worker_answers(self) -> bool:
        with self._celery() as celery, suppress(RedisError):  # of a connection from before the broker's restart
            return bool(celery.control.ping(timeout=0.2))
        return False

    def _start(self, command: Command) -> Child:
        with (self.directory / f"{command.name}.log").open("ab") as output:
            child = start(command, output=output, environment=self.environment)
        self.children.append(child)
        return child

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        with suppress(OSError, HTTPException), closing(connection):
            connection.request("GET", "/healthz/")
            return connection.getresponse().status == HTTPStatus.OK
        return False


@contextmanager
def stack(directory: Path, *parts: str, **environment: str) -> Iterator[Stack]:
    """Run these parts (`web`, `worker`, `beat`) over this test's database until the block ends."""
    running = Stack(directory, _free_port(), {**os.environ, "DATABASE_URL": database_address(), **environment})
    with ExitStack() as at_the_end:
        at_the_end.callback(running.stop_all)
        for part in parts:
            running.start(part)
        yield running


def database_address(name: str = "") -> str:
    """The address of a database beside the tests', without a name of that which pytest-django has made."""
    url = urlsplit(os.environ["DATABASE_URL"])
    server, _, _name = url.path.rpartition("/")
    query = f"?{url.query}" if url.query else ""
    return f"{url.scheme}://{url.netloc}{server}/{name or connection.settings_dict['NAME']}{query}"


def eventually(is_so: Callable[[], bool], *, seconds: float) -> None:
    """Return as soon as it is so; fail when it takes longer."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds} seconds: {is_so.__name__}"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
