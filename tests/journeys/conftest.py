"""The demo company as it really runs, in a database of its own, and a browser: once for all journeys."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import environ
import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext
from psycopg.conninfo import make_conninfo
from redis import Redis

from demo.engine.people import LOGINS, PASSWORD
from demo.engine.records import email_of
from tests.journeys.browser import NoBrowserError, chromium, sign_in
from tests.stack import database_address, stack


@dataclass(frozen=True)
class Demo:
    """A running application with the demo company, and the browser that visits it."""

    url: str
    browser: Browser

    def visitor(self, role: str, **options: object) -> BrowserContext:
        """A browser of somebody's own, signed in as the demo's rep, manager, finance or admin, or as nobody."""
        context = self.browser.new_context(**{"base_url": self.url, "reduced_motion": "reduce", **options})  # type: ignore[arg-type]
        if not role:
            return context
        page = context.new_page()
        sign_in(page, self.url, email_of(LOGINS[role]), PASSWORD)
        page.close()
        return context


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    directory = tmp_path_factory.mktemp("demo")
    with ExitStack() as at_the_end:
        browser = at_the_end.enter_context(_browser())
        database = at_the_end.enter_context(_database())
        environment = {"DATABASE_URL": database, "RUN_DIR": str(directory)}
        _fill(directory, environment)
        yield Demo(at_the_end.enter_context(stack(directory, "web", "worker", **environment)).url, browser)


@contextmanager
def _browser() -> Iterator[Browser]:
    with ExitStack() as at_the_end:
        try:
            browser = at_the_end.enter_context(chromium())
        except NoBrowserError as reason:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(reason))
        yield browser


@contextmanager
def _database() -> Iterator[str]:
    """A database beside the tests' own, which Django's tests neither see nor empty."""
    name = f"juara_journeys_{os.getpid()}"
    with psycopg.connect(_server(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield database_address(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _server() -> str:
    url = environ.Env.db_url_config(database_address("postgres"))
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(**{name: str(url[key]) for name, key in names.items() if url.get(key)})


def _fill(directory: Path, environment: dict[str, str]) -> None:
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.flushdb()
    with (directory / "prepare.log").open("wb") as output:
        subprocess.run(
            [sys.executable, "-m", "config.run.prepare", "--demo"],
            env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT, check=True, timeout=120,
        )  # fmt: skip
