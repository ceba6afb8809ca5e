"""Pytest plugin: real servers for every test run, thrown away at its end.

Loaded with `-p tests.servers`, so the addresses are in the environment before Django reads its settings. Any number
of runs may go on side by side. DATABASE_URL and REDIS_URL put other servers in their place.
"""

import atexit
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit, urlunsplit

import pytest

from config.run import ground, places, postgres, valkey
from config.run.child import Child

ASKING_ONLY = {"-h", "--help", "--version", "--markers", "--fixtures"}

_started: list[Child] = []
_directories: list[Path] = []


def _start_servers() -> None:
    # Under /tmp itself: a socket's path must be short, and as root the servers' user must be able to reach it.
    directory = Path(mkdtemp(prefix="juara-test-", dir="/tmp"))
    _directories.append(directory)
    ground.make_run_directory(directory)
    sockets = directory / "s"
    with (directory / "log").open("wb") as log:
        output = log.fileno()
        if not os.environ.get("DATABASE_URL"):
            _started.append(postgres.launch(directory / "pg", sockets, settings=postgres.THROWAWAY, output=output))
            os.environ["DATABASE_URL"] = places.database_url(sockets)
        if not os.environ.get("REDIS_URL"):
            _started.append(valkey.launch(directory / "vk", sockets, settings=valkey.THROWAWAY, output=output))
            os.environ["REDIS_URL"] = places.redis_url(sockets)


def _stop_servers() -> None:
    while _started:
        _started.pop().stop()
    while _directories:
        shutil.rmtree(_directories.pop(), ignore_errors=True)


def _take_own_database(worker: str) -> None:
    """Give each xdist worker a Valkey database of its own: `gw0` has 1, `gw1` has 2."""
    number = int(worker.removeprefix("gw")) + 1
    url = urlsplit(os.environ["REDIS_URL"])
    changed = url._replace(query=f"db={number}") if url.scheme == "unix" else url._replace(path=f"/{number}")
    os.environ["REDIS_URL"] = urlunsplit(changed)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None, None, None]:
    """Come before pytest-django, which loads the settings in this hook."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _take_own_database(worker)
    elif not ASKING_ONLY & set(args):
        atexit.register(_stop_servers)  # also when pytest gives up before it is configured
        _start_servers()
    return (yield)


def pytest_unconfigure() -> None:
    _stop_servers()
