"""Start the parts in order, watch them, and stop them in the reverse order whatever happens."""

import contextlib
import http.client
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config.run import ground, places, postgres, valkey
from config.run.child import Child, Command, start
from config.run.errors import RunError
from config.run.output import collected, say

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_PAGE_SECONDS = 60
WATCH_SECONDS = 0.1


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP arrived."""


@dataclass(slots=True)
class Supervisor:
    """The running parts, in the order of their start."""

    directory: Path
    port: int
    lock: int  # file descriptor of the lock that every part inherits
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    children: list[Child] = field(default_factory=list)
    hurried: bool = False

    def run(self) -> None:
        """Run until a stop is requested or a part ends.

        1. start the servers that the environment does not name;
        2. prepare the database;
        3. start worker, beat and web, and wait for the first page;
        4. watch; and in any case
        5. stop everything.
        """
        self._listen_to_signals()
        try:
            self._start_servers()
            self._prepare()
            self._start_application()
            self._wait_for_first_page()
            self._greet()
            self._watch()
        finally:
            self._stop()

    def _listen_to_signals(self) -> None:
        for number in STOP_SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._on_first_signal)

    def _on_first_signal(self, number: int, _frame: FrameType | None) -> None:
        for other in STOP_SIGNALS:
            if signal.getsignal(other) != signal.SIG_IGN:
                signal.signal(other, self._on_further_signal)
        raise StopRequested(signal.Signals(number).name)

    def _on_further_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.hurried = True

    def _start_servers(self) -> None:
        sockets = places.socket_directory()
        ground.make_run_directory(sockets.parent)
        if not self.environment.get("DATABASE_URL"):
            with collected("postgres", self._logs) as output:
                self.children.append(
                    postgres.launch(
                        self.directory / "postgres",
                        sockets,
                        settings=postgres.DURABLE,
                        output=output,
                        keep_open=(self.lock,),
                    )
                )
        if not self.environment.get("REDIS_URL"):
            with collected("valkey", self._logs) as output:
                self.children.append(
                    valkey.launch(
                        self.directory / "valkey",
                        sockets,
                        settings=valkey.DURABLE,
                        output=output,
                        keep_open=(self.lock,),
                    )
                )

    def _prepare(self) -> None:
        options = ("--demo",) if self._wants_demo else ()
        child = self._start(Command("prepare", _python("-m", "config.run.prepare", *options)))
        self._watch(until=child)
        self.children.remove(child)
        if child.process.returncode:
            raise RunError(
                f"The database could not be prepared; the reason is above and in {self._logs / 'prepare.log'}."
            )

    def _start_application(self) -> None:
        for command in application(self.directory, self.port, self.environment):
            self._start(command)

    def _start(self, command: Command) -> Child:
        with collected(command.name, self._logs) as output:
            child = start(command, output=output, environment=self.environment, keep_open=(self.lock,))
        self.children.append(child)
        return child

    def _wait_for_first_page(self) -> None:
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        while not _answers(self.port):
            self._refuse_ended()
            if time.monotonic() > deadline:
                raise RunError(f"The web server did not answer within {FIRST_PAGE_SECONDS} seconds.")
            time.sleep(WATCH_SECONDS)

    def _greet(self) -> None:
        say(f"\nJuara is ready at http://localhost:{self.port}/  (Ctrl-C stops it, logs are in {self._logs})\n")
        if self._wants_demo:
            command = Command("logins", _python("manage.py", "demo", "--logins"))
            self.children.append(start(command, output=sys.stdout.fileno(), environment=self.environment))
            self._watch(until=self.children[-1])
            self.children.pop()

    def _watch(self, until: Child | None = None) -> None:
        while until is None or not until.has_ended():
            self._refuse_ended(until)
            time.sleep(WATCH_SECONDS)

    def _refuse_ended(self, allowed: Child | None = None) -> None:
        for child in self.children:
            if child is not allowed and child.has_ended():
                raise RunError(
                    f"{child.name} ended (exit code {child.process.returncode}), so everything is stopped. "
                    f"Its last words are in {self._logs / child.name}.log."
                )

    def _stop(self) -> None:
        while self.children:
            child = self.children.pop()
            child.stop(0.5 if self.hurried else None)

    @property
    def _wants_demo(self) -> bool:
        return self.environment.get("DEMO", "yes").lower() not in {"no", "0", "false", "off"}

    @property
    def _logs(self) -> Path:
        return self.directory / "logs"


def application(directory: Path, port: int, environment: Mapping[str, str]) -> list[Command]:
    """Return the application's own parts in the order of their start; they are stopped in the reverse order."""
    # As root Celery warns in many lines; that the servers have dropped to another user is what counts.
    celery = ("-W", "ignore:You're running the worker", "-m", "celery", "--app=config.celery:app", "--quiet")
    concurrency = environment.get("WORKER_CONCURRENCY") or str(max(2, os.cpu_count() or 2))
    worker = _python(
        *celery, "worker", "--loglevel=info", f"--concurrency={concurrency}", "--without-gossip", "--without-mingle"
    )
    beat = _python(*celery, "beat", "--loglevel=warning", "--pidfile=", f"--schedule={directory / 'beat-schedule'}")
    web = _python(
        *("-m", "gunicorn", "config.asgi:application", "--worker-class=asgi", f"--bind=127.0.0.1:{port}"),
        *(f"--workers={environment.get('WEB_CONCURRENCY') or 2}", "--preload", "--asgi-lifespan=off"),
        # Open event streams never end by themselves: a stop waits this long for them.
        *("--graceful-timeout=2", "--no-control-socket", "--log-level=warning"),
    )
    return [
        # A worker's processes are as many as the cores: one payee's few hundred rows are added up faster by one thread.
        Command("worker", worker, signal.SIGTERM, signal.SIGQUIT, patience=20.0, more={"POLARS_MAX_THREADS": "1"}),
        Command("beat", beat),
        Command("web", web, signal.SIGTERM, signal.SIGQUIT),
    ]


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/healthz/")
        # A redirect to HTTPS or a refused host name are answers, too.
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    return False
