"""One `make run` for each run directory, and none before the last process of the former one has gone."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

from config.run.errors import RunError

LEFTOVERS_MAY_TAKE = 30.0  # seconds


class Lock:
    """A lock that all our children inherit: the kernel frees it when the last of them has ended, however they did."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def acquire(self, address: str) -> None:
        """Take the lock and note who holds it; wait for what a killed run left behind to end.

        Raises `RunError` when the run that holds it is alive, or its leftovers do not end.
        """
        deadline = time.monotonic() + LEFTOVERS_MAY_TAKE
        while not self._try():
            holder, where = self._holder()
            if holder and _is_alive(holder):
                raise RunError(
                    f"Juara already runs from {self.path.parent} (process {holder}, {where}). "
                    "Stop it first, or set RUN_DIR and PORT to run a second one."
                )
            if time.monotonic() > deadline:
                raise RunError(
                    f"Processes of an earlier run still use {self.path.parent}. "
                    f"Find them with `fuser {self.path}`, end them, and start again."
                )
            time.sleep(0.1)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{os.getpid()} {address}".encode(), 0)

    def _try(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def _holder(self) -> tuple[int, str]:
        pid, _, address = self.path.read_text().partition(" ")
        return int(pid) if pid.isdecimal() else 0, address


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
