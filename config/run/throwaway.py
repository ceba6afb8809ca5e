"""Servers for one command or one test run, thrown away afterwards: `python -m config.run.throwaway COMMAND...`.

DATABASE_URL and REDIS_URL put other servers in their place. Any number may run side by side.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import mkdtemp

from config.run import ground, places, postgres, valkey


@contextlib.contextmanager
def servers(settings: Mapping[str, str]) -> Iterator[None]:
    """Put the addresses of fresh servers into the environment; PostgreSQL gets `settings`."""
    # Under /tmp itself: a socket's path must be short, and as root the servers' user must be able to reach it.
    directory = Path(mkdtemp(prefix="juara-", dir="/tmp"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        ground.make_run_directory(directory)
        sockets = directory / "s"
        output = stack.enter_context((directory / "log").open("wb")).fileno()
        if not os.environ.get("DATABASE_URL"):
            server = postgres.launch(directory / "postgres", sockets, settings=settings, output=output)
            stack.callback(server.stop)
            _export(stack, "DATABASE_URL", places.database_url(sockets))
        if not os.environ.get("REDIS_URL"):
            server = valkey.launch(directory / "valkey", sockets, settings=valkey.THROWAWAY, output=output)
            stack.callback(server.stop)
            _export(stack, "REDIS_URL", places.redis_url(sockets))
        yield


def _export(stack: contextlib.ExitStack, name: str, address: str) -> None:
    os.environ[name] = address
    stack.callback(os.environ.pop, name)


def main(command: list[str]) -> int:
    """Run `command` with servers of its own, like those of `make run`, and return its exit code."""
    own = not os.environ.get("DATABASE_URL")
    with servers(postgres.DURABLE):
        owner = os.environ["DATABASE_URL"]
        roles = {
            "DATABASE_OWNER_URL": owner,
            "DATABASE_URL": owner.replace(f"{places.USER}@", f"{places.APPLICATION}@"),
        }
        environment = {**os.environ, **(roles if own else {})}
        prepare = [sys.executable, "-m", "config.run.prepare", "--quiet"]
        subprocess.run(prepare, cwd=places.CHECKOUT, check=True, env=environment)
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
