"""A child process that is always stopped: by us in order, or by the kernel when we are killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.run.errors import RunError

LIFELINE = Path(__file__).with_name("lifeline.py")
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and how it wants to be stopped."""

    name: str
    words: Sequence[str]
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGTERM  # what the kernel sends when we are killed
    patience: float = 10.0  # seconds from the stop signal to SIGKILL
    user: int | None = None  # uid to drop to, when we are root
    more: Mapping[str, str] = field(default_factory=dict)  # environment of its own, where ours says nothing


@dataclass(frozen=True, slots=True)
class Child:
    """A started `Command`."""

    command: Command
    process: subprocess.Popen[bytes]

    @property
    def name(self) -> str:
        return self.command.name

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, patience: float | None = None) -> None:
        """Ask the child to end, wait for it, and kill it with all it started when it does not."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(self.command.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.command.patience if patience is None else patience)
        self._kill_what_is_left()

    def _kill_what_is_left(self) -> None:
        # The child leads a session of its own, so its process group is whatever it forked.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    command: Command,
    *,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    keep_open: Sequence[int] = (),
) -> Child:
    """Start `command` in a session of its own (a Ctrl-C reaches only us), tied to our life.

    `output` receives what it prints. `keep_open` are file descriptors that it inherits.
    Call it from the main thread: the kernel ties a child to the thread that started it.
    """
    user = "-" if command.user is None else str(command.user)
    lifeline = [sys.executable, "-I", "-S", str(LIFELINE), str(os.getpid()), str(int(command.orphan_signal)), user]
    process = subprocess.Popen(
        [*lifeline, *command.words],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**command.more, **(os.environ if environment is None else environment)},
        pass_fds=tuple(keep_open),
        start_new_session=True,
    )
    return Child(command, process)


def wait_until_ready(child: Child, is_ready: Callable[[], bool], *, seconds: float) -> None:
    """Return as soon as `is_ready()`; raise `RunError` if the child ends first or takes longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if child.has_ended():
            raise RunError(f"{child.name} ended with exit code {child.process.returncode} before it was ready.")
        if time.monotonic() > deadline:
            raise RunError(f"{child.name} was not ready after {seconds:.0f} seconds.")
        time.sleep(POLL_SECONDS)
