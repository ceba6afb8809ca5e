"""`make run`: the whole of Juara with one command."""

import os
import socket
import sys

from config.run import ground, places
from config.run.errors import RunError
from config.run.lock import Lock
from config.run.output import say
from config.run.supervisor import StopRequested, Supervisor


def chosen_port(text: str) -> int:
    """Return the port that `text` names, if it is free on this machine; raise `RunError` otherwise."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise RunError(f"PORT={text} is no port number: give one from 1 to 65535, such as PORT=8001.")
    port = int(text)
    if not _is_free(port):
        raise RunError(
            f"Port {port} is in use by another program (or another checkout's `make run`). "
            f"Choose another one: PORT={_next_free(port)} make run"
        )
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _next_free(port: int) -> int:
    return next((other for other in range(port + 1, 65536) if _is_free(other)), 0)


def run() -> None:
    """Take the run directory and the port, then hand over to the supervisor."""
    os.umask(0o077)  # logs and uploads are nobody else's business
    directory = places.run_directory()
    ground.make_run_directory(directory)
    (directory / "logs").mkdir(exist_ok=True)
    text = os.environ.get("PORT") or "8000"
    lock = Lock(directory / "lock")
    # First the lock: it waits for what a killed run left behind, which may still hold the port.
    lock.acquire(f"http://localhost:{text}/")
    Supervisor(directory, chosen_port(text), lock.descriptor).run()


def main() -> int:
    """Return the exit code: 0 after a requested stop, 1 when something failed."""
    if sys.argv[1:]:
        say(f"{__doc__} It takes no arguments; PORT, DATABASE_URL, REDIS_URL, RUN_DIR and DEMO=no change what it does.")
        return 0 if sys.argv[1:] == ["--help"] else 2
    try:
        run()
    except StopRequested:
        say("Juara has stopped.")
        return 0
    except RunError as error:
        say(f"\n{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
