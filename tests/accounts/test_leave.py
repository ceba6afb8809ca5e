"""When people are away, who records it, and who may see it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts import services
from accounts.models import Leave, Role, User
from accounts.policies import may_record_leave
from accounts.signals import Away, leave_changed
from tests.conftest import Cast, person
from tests.world import NOW

BY: dict[str, Any] = {"acting_user": None, "now": datetime(2026, 11, 23, 9, tzinfo=UTC)}
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def of_ana(cast: Cast, start: date = MARCH, end: date | None = APRIL, reason: str = "Parental leave") -> Leave:
    return services.add_leave(user=cast.ana, starts_on=start, ends_on=end, reason=reason, **BY)


def asked(user: User, page: str, *args: object, **data: object) -> Any:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse(f"accounts:{page}", args=args)
    return client.post(address, data) if data else client.get(address)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(strip_tags(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize("during", [DateRange(MARCH, MAY), DateRange(date(2026, 3, 31), None)], ids=str)
def test_the_database_refuses_to_be_away_twice_on_one_day(cast: Cast, during: DateRange) -> None:
    of_ana(cast)
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        Leave.objects.create(user=cast.ana, during=during)
    Leave.objects.create(user=cast.ben, during=during)


@pytest.mark.parametrize("during", [DateRange(MARCH, MARCH), DateRange(None, MARCH)], ids=str)
def test_the_database_refuses_leave_of_no_day_or_without_a_first_one(cast: Cast, during: DateRange) -> None:
    with pytest.raises(IntegrityError, match="accounts_leave_"), transaction.atomic():
        Leave.objects.create(user=cast.ana, during=during)


def test_leave_that_overlaps_is_refused_in_words_and_leave_that_touches_is_not(cast: Cast) -> None:
    of_ana(cast)
    with pytest.raises(ValidationError, match="Ana is on leave on some of these days already"):
        of_ana(cast, date(2026, 3, 31), None)
    of_ana(cast, APRIL, None)
    assert Leave.objects.filter(user=cast.ana).count() == 2


def test_leave_announces_the_days_that_change_and_a_new_reason_none(cast: Cast) -> None:
    heard: list[frozenset[Away]] = []

    def hear(*, away: frozenset[Away], **_: object) -> None:
        heard.append(away)

    leave_changed.connect(hear)
    try:
        leave = of_ana(cast)
        services.change_leave(leave=leave, starts_on=MARCH, ends_on=APRIL, reason="Illness", **BY)
        services.change_leave(leave=leave, starts_on=MARCH, ends_on=MAY, reason="Illness", **BY)
        services.remove_leave(leave=leave, **BY)
        services.remove_leave(leave=leave, **BY)
    finally:
        leave_changed.disconnect(hear)
    march, both = Away(cast.ana.pk, MARCH, APRIL), Away(cast.ana.pk, MARCH, MAY)
    assert heard == [{march}, {march, both}, {both}]
    assert not Leave.objects.exists()


def test_managers_above_finance_and_admins_record_it_and_nobody_but_an_admin_her_own(cast: Cast) -> None:
    pia = person("Pia", Role.MANAGER)
    people = (cast.ana, cast.ben, cast.mia, pia, cast.finn, cast.ada)
    assert [may_record_leave(each, cast.ana, TODAY) for each in people] == [False, False, True, False, True, True]
    assert not may_record_leave(cast.finn, cast.finn, TODAY)
    assert not may_record_leave(cast.mia, cast.mia, TODAY)
    assert may_record_leave(cast.ada, cast.ada, TODAY)


def test_a_manager_records_leave_up_to_its_last_day(cast: Cast) -> None:
    data = {"starts_on": "2026-12-01", "last_on": "2026-12-31", "reason": "Sabbatical"}
    assert asked(cast.mia, "person-leave", cast.ana.pk, **data).status_code == 302
    leave = Leave.objects.get()
    assert (leave.during, leave.reason) == (DateRange(date(2026, 12, 1), date(2027, 1, 1)), "Sabbatical")
    shown = text(asked(cast.ana, "person-leave", cast.ana.pk))
    assert "1 – 31 Dec 2026Sabbatical" in shown
    assert "Your manager, finance or an administrator records it." in shown
    assert "31" in asked(cast.mia, "leave-edit", leave.pk).content.decode()


def test_only_who_may_open_a_person_is_led_back_to_her(cast: Cast) -> None:
    back = f'class="page-back" href="{reverse("accounts:person", args=[cast.ana.pk])}"'
    pages = [asked(who, "person-leave", cast.ana.pk).content.decode() for who in (cast.ada, cast.mia, cast.ana)]
    assert [back in page for page in pages] == [True, False, False]


def test_a_form_that_cannot_be_comes_back_with_its_reason(cast: Cast) -> None:
    of_ana(cast)
    back = {"starts_on": "2026-12-31", "last_on": "2026-12-01"}
    assert "It comes before the first day." in text(asked(cast.mia, "person-leave", cast.ana.pk, **back), 422)
    twice = {"starts_on": "2026-03-20", "last_on": ""}
    assert "Ana is on leave on some of these days" in text(asked(cast.mia, "person-leave", cast.ana.pk, **twice), 422)


def test_leave_is_changed_ended_and_removed(cast: Cast) -> None:
    leave = of_ana(cast, end=None)
    asked(cast.mia, "leave-edit", leave.pk, starts_on="2026-03-01", last_on="2026-03-31", reason="")
    leave.refresh_from_db()
    assert (leave.during.upper, leave.reason) == (APRIL, "")
    assert asked(cast.ana, "leave-edit", leave.pk, starts_on="2026-03-01").status_code == 403
    assert asked(cast.ana, "leave-remove", leave.pk, sure="yes").status_code == 403
    assert asked(cast.mia, "leave-remove", leave.pk, sure="yes").status_code == 302
    assert not Leave.objects.exists()


def test_why_somebody_is_away_is_for_those_above_her_alone(cast: Cast) -> None:
    leave = of_ana(cast)
    assert asked(cast.ben, "person-leave", cast.ana.pk).status_code == 404
    assert asked(cast.ben, "leave-edit", leave.pk).status_code == 404
    for who in (cast.ana, cast.mia, cast.finn, cast.ada):
        assert "Parental leave" in text(asked(who, "person-leave", cast.ana.pk))
    assert "1 – 31 Mar 2026Parental leave" in text(asked(cast.ada, "person", cast.ana.pk))
