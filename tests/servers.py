"""Pytest plugin: real servers for every test run, thrown away at its end.

Loaded with `-p tests.servers`, so the addresses are in the environment before Django reads its settings. Any number
of runs may go on side by side. DATABASE_URL and REDIS_URL put other servers in their place.
"""

import atexit
import contextlib
import os
from collections.abc import Generator
from urllib.parse import urlsplit

import pytest

from config.run import postgres, throwaway, translations

ASKING_ONLY = {"-h", "--help", "--version", "--markers", "--fixtures"}

_running = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None, None, None]:
    """Come before pytest-django, which loads the settings in this hook."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _take_own_database(worker)
    elif not ASKING_ONLY & set(args):
        translations.compile_all()
        atexit.register(_running.close)  # pytest may give up before it is configured
        _running.enter_context(throwaway.servers(postgres.THROWAWAY))
    return (yield)


def pytest_unconfigure() -> None:
    _running.close()


def _take_own_database(worker: str) -> None:
    """Give each xdist worker a Valkey database of its own: `gw0` has 1, `gw1` has 2."""
    number = int(worker.removeprefix("gw")) + 1
    url = urlsplit(os.environ["REDIS_URL"])
    # Not urlunsplit: before Python 3.11.9 it drops the empty authority of unix:///path.
    place = f"{url.path}?db={number}" if url.scheme == "unix" else f"/{number}"
    os.environ["REDIS_URL"] = f"{url.scheme}://{url.netloc}{place}"
