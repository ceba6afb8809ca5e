"""The page of the estimator: who may open it, what it answers, and what it makes of nonsense."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from commissions.selectors.pipeline import open_deals
from sales.models import Deal
from tests.commissions.test_estimates import open_deal
from tests.conftest import Cast
from tests.world import NOW, World, paid_world


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


def ask(
    user: User, query: Mapping[str, str] | None = None, *, of: User | None = None, live: bool = False
) -> tuple[int, str]:
    """The status and the text of the page, or of what it fetches as somebody types."""
    client = Client(headers={"HX-Request": "true"} if live else {})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("commissions:estimator-of", args=[of.pk]) if of else reverse("commissions:estimator")
    response = client.get(address, query or {})
    text = strip_tags(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    return response.status_code, " ".join(text.split())


@pytest.fixture
def deal(world: World) -> Deal:
    return open_deal(world.cast.ana, "Big one", 20_000_00, date(2026, 11, 25))


def test_the_page_shows_what_each_deal_would_earn_and_what_the_month_comes_to(world: World, deal: Deal) -> None:
    status, text = ask(world.cast.ana)
    assert status == 200
    assert "New business +$1,600.00" in text
    assert "These deals bring+$1,600.00" in text
    assert "November 2026 without these deals $900$900.00 → with them $2,500.00" in text
    assert "more to reach 12%" in text
    assert "credited is worth $80.00" in text


def test_what_is_typed_changes_the_answer_and_nothing_else(world: World, deal: Deal) -> None:
    typed = {"sent": "1", f"in-{deal.pk}": "on", f"amount-{deal.pk}": "50,000", f"closed-{deal.pk}": "2026-12-24"}
    status, text = ask(world.cast.ana, typed, live=True)
    assert status == 200
    assert text.startswith("These deals bring+$4,400.00 What it comes to November 2026")
    assert "December 2026 without these deals $0$0.00 → with them $4,400.00" in text
    deal.refresh_from_db()
    assert (deal.amount_minor, deal.closed_on, deal.status) == (20_000_00, date(2026, 11, 25), "open")


def post(user: User, query: Mapping[str, str], *, live: bool) -> tuple[int, str]:
    """The status and where the address goes, as the form is sent."""
    client = Client(headers={"HX-Request": "true"} if live else {})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("commissions:estimator"), query)
    return response.status_code, response.headers["HX-Replace-Url" if live else "Location"]


@pytest.mark.parametrize("live", [False, True])
def test_the_address_says_what_was_changed_and_brings_the_same_page(world: World, deal: Deal, live: bool) -> None:
    other = open_deal(world.cast.ana, "Other", 5_000_00, date(2026, 12, 1))
    form = {
        "sent": "1", f"in-{deal.pk}": "on", f"amount-{deal.pk}": "20,000", f"closed-{deal.pk}": "2026-12-24",
        f"chance-{deal.pk}": "50", f"amount-{other.pk}": "5,000", f"closed-{other.pk}": "2026-12-01",
        f"chance-{other.pk}": "50", "in-m1": "on", "amount-m1": "40,000", "closed-m1": "2026-11-23", "name-m1": "Dream",
    }  # fmt: skip
    status, where = post(world.cast.ana, form, live=live)
    assert status == (200 if live else 302)
    assert where == (
        f"/commissions/estimator/?amount-m1=40%2C000&name-m1=Dream&out-{other.pk}=1&closed-{deal.pk}=2026-12-24"
    )
    client = Client()
    client.force_login(world.cast.ana, backend="django.contrib.auth.backends.ModelBackend")
    told, sent = client.get(where).context["estimate"], client.get(where.partition("?")[0], form).context["estimate"]
    assert (told.totals, told.periods, told.places) == (sent.totals, sent.periods, sent.places)
    assert told.totals[0].brings_minor == 5_600_00


def test_fifty_deals_fit_into_an_address(world: World) -> None:
    for number in range(50):
        open_deal(world.cast.ana, f"d{number:02}", 1_00, date(2026, 12, 1))
    client = Client()
    client.force_login(world.cast.ana, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("commissions:estimator")).content.decode()
    inputs = dict(re.findall(r'name="([\w-]+-\d+)" value="([^"]*)"', page))
    ticks = {name.replace("amount", "in"): "on" for name in inputs if name.startswith("amount")}
    assert (len(inputs), len(ticks)) == (150, 50)
    assert post(world.cast.ana, {"sent": "1", **inputs, **ticks}, live=True) == (200, "/commissions/estimator/?")
    assert len(post(world.cast.ana, {"sent": "1", **inputs}, live=True)[1]) < 1_000


def test_a_deal_made_up_by_a_button_stays_the_only_one_when_the_page_is_loaded_again(world: World) -> None:
    assert post(world.cast.ana, {"sent": "1", "add": "1"}, live=False) == (302, "/commissions/estimator/?amount-m1=0")


def test_a_deal_without_its_tick_is_left_out(world: World, deal: Deal) -> None:
    assert "These deals bring$0.00" in ask(world.cast.ana, {"sent": "1", f"amount-{deal.pk}": "20,000"})[1]


def test_chances_weigh_what_each_deal_would_earn(world: World, deal: Deal) -> None:
    text = ask(world.cast.ana, {"weigh": "on", f"chance-{deal.pk}": "25"})[1]
    assert "Expected by chance+$400.00" in text


def test_a_made_up_deal_counts_and_goes_again(world: World) -> None:
    added = ask(world.cast.ana, {"add": "1"})[1]
    assert "Deal 1 Name Amount, USD" in added
    made_up = {"sent": "1", "name-m1": "Dream", "amount-m1": "40,000", "closed-m1": "2026-11-30", "in-m1": "on"}
    assert "These deals bring+$3,200.00" in ask(world.cast.ana, made_up)[1]
    assert "No open deals" in ask(world.cast.ana, {**made_up, "drop": "m1"})[1]


def test_why_opens_the_arithmetic_of_a_line(world: World, deal: Deal) -> None:
    client = Client()
    client.force_login(world.cast.ana, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("commissions:estimated", args=[world.cast.ana.pk, deal.pk])
    text = " ".join(strip_tags(client.get(address).content.decode()).split())
    said = "This deal moved you from $60,000.00 to $80,000.00 of your quota of $100,000.00: all of it earned 8%."
    assert said in text
    assert client.get(reverse("commissions:estimated", args=[world.cast.ana.pk, "0"])).status_code == 404


def test_reports_are_open_to_their_manager_and_closed_to_colleagues(world: World, deal: Deal) -> None:
    cast = world.cast
    assert "What will the open deals of Ana bring?" in ask(cast.mia, of=cast.ana)[1]
    statuses = {who.name: ask(who, of=cast.ana)[0] for who in (cast.ana, cast.ben, cast.mia, cast.finn, cast.ada)}
    assert statuses == {"Ana": 200, "Ben": 404, "Mia": 200, "Finn": 200, "Ada": 200}


def test_the_ids_of_others_deals_are_not_read(world: World, deal: Deal) -> None:
    bens = open_deal(world.cast.ben, "Secret", 999_00, date(2026, 11, 25))
    status, text = ask(world.cast.ana, {f"amount-{bens.pk}": "70,000", f"in-{bens.pk}": "on"})
    assert (status, "Secret" in text) == (200, False)
    assert "These deals bring+$1,600.00" in text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("amount", "1e400", "That is no amount in USD. Write it as 1,250."),
        ("amount", "9" * 39, "That is no amount in USD."),
        ("amount", "1.005", "That is no amount in USD."),
        ("amount", "", "That is no amount in USD."),
        ("closed", "2031-01-01", "Choose a day from 1 Jan 2026 to 31 Dec 2027."),
        ("closed", "2026-02-30", "Choose a day from 1 Jan 2026 to 31 Dec 2027."),
        ("chance", "250", "A chance is a whole number from 0 to 100."),
        ("chance", "\u0662", "A chance is a whole number from 0 to 100."),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_left_out(
    world: World, deal: Deal, field: str, value: str, message: str
) -> None:
    status, text = ask(world.cast.ana, {f"{field}-{deal.pk}": value}, live=True)
    assert status == 200
    assert message in text
    assert "1 deal is left out: correct its field." in text


def test_more_than_fifty_deals_are_refused(world: World) -> None:
    many = {f"amount-m{number}": "1" for number in range(1, 501)}
    status, text = ask(world.cast.ana, many)
    assert status == 422
    assert "An estimate takes up to 50 deals, and this one has 99. Remove some that you made up." in text


def test_of_more_than_fifty_open_deals_the_first_to_close_stand_here(world: World) -> None:
    for number in range(52):
        open_deal(world.cast.ana, f"d{number:02}", 1_00, date(2026, 12, 1))
    assert "2 more open deals close later and are not shown: an estimate takes up to 50." in ask(world.cast.ana)[1]


def test_amounts_too_large_to_add_up_are_refused(world: World) -> None:
    large = {f"amount-m{number}": "999,999,999,999,999" for number in range(1, 50)}
    status, text = ask(world.cast.ana, large)
    assert status == 422
    assert "These amounts are too large to add up. Check their decimal points." in text


def test_without_a_plan_the_page_says_what_is_missing(world: World) -> None:
    status, text = ask(world.cast.mia)
    assert status == 200
    assert "There is no plan to estimate by" in text


def test_an_overdue_deal_reads_as_closing_today_and_one_without_a_day_at_the_end_of_the_month(world: World) -> None:
    overdue = open_deal(world.cast.ana, "overdue", 1_00, date(2026, 9, 1))
    undated = open_deal(world.cast.ana, "undated", 1_00)
    deals, count = open_deals(world.cast.ana, NOW.date())
    assert [(deal.pk, deal.closed_on) for deal in deals] == [
        (overdue.pk, NOW.date()),
        (undated.pk, date(2026, 11, 30)),
    ]
    assert count == 2
