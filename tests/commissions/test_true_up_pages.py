"""Where true-ups are read: the statement that carries them, the closed one, the reason of each, and the command."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commissions.models import EarningLine, Statement
from tests.commissions.facts import assign, calculated, published, won
from tests.commissions.test_true_ups import TIERED, change, close
from tests.conftest import Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(cast: Cast) -> Cast:
    """January and February are closed; then a deal of January is found, and another one grows."""
    assign(published(TIERED).plan, cast.ana)
    grown = won(cast.ana, date(2026, 1, 10), 300_00, key="A", name="Alpha")
    won(cast.ana, date(2026, 2, 10), 400_00, key="B", name="Beta")
    for label in ("2026-01", "2026-02", "2026-03"):
        calculated(label)
    close("2026-01", "2026-02")
    change(owner=cast.ana, closed_on=date(2026, 1, 20), amount_minor=250_00, external_id="L", name="Late")
    change(grown, amount_minor=400_00)
    return cast


def statement(label: str) -> Statement:
    return Statement.objects.get(period__start__startswith=label)


def reason(key: str) -> str:
    line = EarningLine.objects.get(kind="true_up", deal__external_id=key)
    response = signed_in(line.statement.payee).get(reverse("commissions:line", args=[line.pk]))
    assert response.status_code == 200
    return words(response)


def test_a_statement_shows_each_closed_period_as_a_group_of_its_own(late: Cast) -> None:
    text = words(signed_in(late.ana).get(reverse("commissions:statement", args=[statement("2026-03").pk])))
    assert "January 2026, true-up" in text
    assert "February 2026, true-up" in text
    # Alpha: 20.00 instead of 15.00. Late: 5.00, and 15.00 beyond 500. Beta: 40.00 at the higher rate instead of 30.00
    assert "Late Sales of the quarter 20 Jan 2026 $0.00 $20.00 +$20.00" in text
    assert "Alpha Sales of the quarter 10 Jan 2026 $15.00 $20.00 +$5.00" in text
    assert "Beta Sales of the quarter 10 Feb 2026 $30.00 $40.00 +$10.00" in text
    assert "Payable $35.00" in text


def test_a_closed_statement_stands_and_leads_to_what_makes_it_good(late: Cast) -> None:
    response = signed_in(late.ana).get(reverse("commissions:statement", args=[statement("2026-01").pk]))
    text = words(response)
    assert "Payable $15.00" in text
    assert "Made good later" in text
    assert "Statement March 2026 may still change+$25.00" in text
    assert reverse("commissions:statement", args=[statement("2026-03").pk]) in response.content.decode()


def test_each_says_what_was_paid_what_it_comes_to_now_and_why(late: Cast) -> None:
    grown, found, moved = reason("A"), reason("L"), reason("B")
    assert "Paid in the statement January 2026 $15.00 Comes to now$20.00 Difference, paid by this line+$5.00" in grown
    assert "$300.00 of it was credited then, $400.00 is now." in grown
    assert (
        "Nothing of this had been posted for January 2026: it came, or came to count, after that had closed." in found
    )
    assert "On the curve it began at $300.00 then, and at $650.00 now: what counts before it has changed." in moved


def test_another_reps_true_up_is_not_found(late: Cast) -> None:
    line = EarningLine.objects.filter(kind="true_up").first()
    assert line
    assert signed_in(late.ben).get(reverse("commissions:line", args=[line.pk])).status_code == 404


def test_the_command_explains_them_too(late: Cast) -> None:
    out = StringIO()
    call_command("explain", payee="ana", period="2026-03", stdout=out)
    assert "2026-01, true-up: Sales of the quarter\n  2026-01-10 Alpha  5.00\n" in out.getvalue()
    assert "Paid then 15.00, comes to 20.00 now." in out.getvalue()
    data = StringIO()
    call_command("explain", payee="ana", period="2026-03", json=True, stdout=data)
    assert '"was_minor": 1500' in data.getvalue()


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return len(found)


def test_a_statement_with_many_true_ups_costs_no_more_queries(late: Cast) -> None:
    client, address = signed_in(late.ana), reverse("commissions:statement", args=[statement("2026-03").pk])
    few = queries(client, address)
    for day in range(1, 9):
        change(owner=late.ana, closed_on=date(2026, 1, day), amount_minor=10_00, external_id=f"M{day}")
    assert queries(client, address) == few


def test_a_true_up_can_be_disputed_like_any_line(late: Cast) -> None:
    line = EarningLine.objects.get(kind="true_up", deal__external_id="B")
    client = signed_in(late.ana)
    address = reverse("commissions:dispute-new", args=[line.statement_id])
    assert f"{address}?line={line.pk}" in client.get(reverse("commissions:line", args=[line.pk])).content.decode()
    assert client.get(address, {"line": line.pk}).status_code == 200
