"""The cast, always the same: Ana (rep), Ben (rep of another team), Mia (their manager), Finn (finance), Ada (admin)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.utils import translation

from accounts.models import Membership, ReportingLine, Role, Team, User

START = date(2025, 1, 1)
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    ana: User
    ben: User
    mia: User
    finn: User
    ada: User
    west: Team
    east: Team


def person(name: str, *roles: Role) -> User:
    user: User = User.objects.create_user(
        email=f"{name.lower()}@example.com", password=PASSWORD, name=name, external_id=name.lower(), roles=list(roles)
    )
    return user


@pytest.fixture(autouse=True)
def _quick_passwords(settings: pytest.FixtureRequest) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request in Indonesian leaves its language to whatever runs next in this process."""
    with translation.override("en"):
        yield


@receiver(connection_created)
def _may_empty_tables(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Tests that commit end in a TRUNCATE, which published plans and paid statements would refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET juara.may_truncate = 'on'")


@pytest.fixture
def cast(db: None) -> Cast:
    ana, ben = person("Ana", Role.REP), person("Ben", Role.REP)
    mia = person("Mia", Role.MANAGER)
    finn, ada = person("Finn", Role.FINANCE), person("Ada", Role.ADMIN)
    company = Team.objects.create(name="Company", external_id="company")
    west = Team.objects.create(name="West", external_id="west", parent=company)
    east = Team.objects.create(name="East", external_id="east", parent=company)
    since = DateRange(START, None)
    for rep, team in ((ana, west), (ben, east)):
        Membership.objects.create(user=rep, team=team, during=since)
        ReportingLine.objects.create(user=rep, manager=mia, during=since)
    return Cast(ana, ben, mia, finn, ada, west, east)
