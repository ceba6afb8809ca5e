"""The demo company's people, teams and history, through the services that an import uses too."""

from datetime import date, datetime
from itertools import zip_longest

from django.contrib.auth.hashers import make_password

from accounts import services
from accounts.models import Company as Installation
from accounts.models import User
from accounts.services import Move, PersonRecord, TeamRecord
from demo.engine.people import LOGINS, PASSWORD
from demo.engine.records import Company, Person


def save_people(*, made: Company, now: datetime) -> dict[str, int]:
    """Write the company, its teams and its people; return the people's ids by key.

    1. the company's name and currency; 2. teams; 3. people; 4. where each belonged and to whom each reported; 5. who
    left, and who was away; 6. the passwords of those who may sign in.
    """
    Installation.objects.update_or_create(id=1, defaults={"name": made.name, "currency": made.currency})
    records = [TeamRecord(external_id=team.key, name=team.name, parent=team.parent) for team in made.teams]
    teams = services.save_teams(teams=records, fields=["name", "parent"], acting_user=None, now=now)
    people = [_record(person) for person in made.people]
    ids = services.save_people(people=people, fields=["name", "email", "roles"], acting_user=None, now=now)
    _save_history(made, ids, teams, now)
    _save_leave(made, ids, now)
    for language in {person.language for person in made.people}:
        speakers = [person.key for person in made.people if person.language == language]
        User.objects.filter(external_id__in=speakers).update(language=language)
    User.objects.filter(external_id__in=LOGINS.values()).update(password=make_password(PASSWORD))
    return ids


def _record(person: Person) -> PersonRecord:
    return PersonRecord(external_id=person.key, name=person.name, email=person.email, roles=person.roles)


def _save_history(made: Company, ids: dict[str, int], teams: dict[str, int], now: datetime) -> None:
    """One round a stay: a service takes one move of a person at a time, the earlier first."""
    for stays in zip_longest(*(person.stays for person in made.people)):
        current = [(ids[person.key], stay) for person, stay in zip(made.people, stays, strict=True) if stay]
        joined = [Move(user, teams[stay.team], stay.since) for user, stay in current]
        services.join_teams(moves=joined, acting_user=None, now=now)
        reported = [Move(user, ids[stay.manager], stay.since) for user, stay in current if stay.manager]
        services.report_to_managers(moves=reported, acting_user=None, now=now)
    for person in made.people:
        if person.left_on:
            _leave(User.objects.get(pk=ids[person.key]), person.left_on, now)


def _save_leave(made: Company, ids: dict[str, int], now: datetime) -> None:
    people = User.objects.in_bulk([ids[person.key] for person in made.people if person.away])
    for person in made.people:
        for away in person.away:
            services.add_leave(
                user=people[ids[person.key]], starts_on=away.since, ends_on=away.until, reason=away.reason,
                acting_user=None, now=now,
            )  # fmt: skip


def _leave(leaver: User, left_on: date, now: datetime) -> None:
    services.leave_team(user=leaver, ends_on=left_on, acting_user=None, now=now)
    services.stop_reporting(user=leaver, ends_on=left_on, acting_user=None, now=now)
    User.objects.filter(pk=leaver.pk).update(is_active=False)
