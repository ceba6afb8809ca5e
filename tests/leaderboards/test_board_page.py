"""The board's page."""

from datetime import date

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Role, User
from kpis.services import recompute_stale
from leaderboards import services
from sales.models import ExchangeRate
from tests.conftest import Cast
from tests.kpis.facts import deal, note

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 20)
JUNE = "/leaderboards/revenue/?by=person&period=2026-06"
FRAGMENT = {"HX-Request": "true"}


def reps(cast: Cast, number: int) -> list[User]:
    people = [User.objects.create(name=f"Rep {n:02}", roles=[Role.REP]) for n in range(number)]
    for user in people:
        Membership.objects.create(user=user, team=cast.west, during=DateRange(date(2025, 1, 1), None))
    return people


def sell(owner: User, amount: int, **options: str) -> None:
    note(deal(owner, TODAY, amount, **options))
    recompute_stale(now=timezone.now())
    services.update_standings()


def page(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def test_the_page_names_the_kpi_and_says_what_it_counts(cast: Cast, ana: Client) -> None:
    html = page(ana, JUNE)
    assert "<h1>Revenue</h1>" in html
    assert "the amount of the deals won, counted on their closing day for the deal&#x27;s owner" in html


def test_without_a_choice_it_shows_the_revenue_of_people_in_the_present_month(cast: Cast, ana: Client) -> None:
    with time_machine.travel("2026-06-20T05:00:00Z", tick=False):
        assert ana.get("/leaderboards/").headers["Location"] == "/leaderboards/revenue/"
        html = page(ana, "/leaderboards/revenue/")
    assert "June 2026" in html
    assert 'sse-connect="/live/?board-revenue-person-2026-06=' in html


def test_the_first_three_stand_on_the_podium(cast: Cast, ana: Client) -> None:
    for rep, amount in zip((*reps(cast, 2), cast.ana), (300_00, 200_00, 100_00), strict=True):
        sell(rep, amount)
    html = page(ana, JUNE)
    assert html.count("podium-place ") == 3
    assert html.index('data-flip="podium-') < html.index("rank-list")


def test_a_tie_for_the_third_place_leaves_the_podium_empty(cast: Cast, ana: Client) -> None:
    for rep, amount in zip((*reps(cast, 3), cast.ana), (300_00, 200_00, 100_00, 100_00), strict=True):
        sell(rep, amount)
    html = page(ana, JUNE)
    assert "podium-place " not in html
    assert [part.split("<")[0].strip() for part in html.split("Rank </span>")[1:]] == ["1", "2", "3", "3", "5"]


def test_a_row_says_how_far_the_next_place_is(cast: Cast, ana: Client) -> None:
    sell(cast.ben, 300_00)
    sell(cast.ana, 100_50)
    assert "$199.50 to the next" in strip_tags(page(ana, JUNE))


def test_ones_own_row_is_there_outside_the_top_with_its_neighbours(cast: Cast, ana: Client) -> None:
    for number, rep in enumerate(reps(cast, 30)):
        note(deal(rep, TODAY, 1000_00 - number * 100))
    note(deal(cast.ana, TODAY, 1000_00 - 25 * 100 + 1))
    recompute_stale(now=timezone.now())
    html = page(ana, JUNE)
    shown = [name for name in (f"Rep {n:02}" for n in range(30)) if f">{name}<" in html]
    assert shown == [f"Rep {n:02}" for n in (*range(20), 23, 24, 25, 26)]
    assert html.count("is-mine") == 1
    assert 'Rank </span>26</span> <span class="person"><span class="face' in html


def test_a_rep_without_a_rate_sees_herself_without_one(cast: Cast, ana: Client) -> None:
    sell(cast.ben, 0, status="lost")
    html = page(ana, JUNE.replace("revenue", "conversion-rate"))
    rows = html[html.index("rank-list") :]
    assert rows.index(">Ben<") < rows.index(">Ana<")
    assert "no value" in html


def test_an_empty_board_says_why_and_where_there_is_something_to_see(cast: Cast, ana: Client) -> None:
    sell(cast.ben, 300_00)
    html = page(ana, JUNE.replace("2026-06", "2026-08"))
    assert "Nothing to rank in August 2026 yet" in html
    assert 'href="/leaderboards/revenue/?by=person&amp;period=2026-06">Show June 2026' in html


def test_deals_without_an_exchange_rate_are_reported(cast: Cast, ana: Client) -> None:
    ExchangeRate.objects.create(source="IDR", target="USD", starts_on=date(2027, 1, 1), rate=1)
    sell(cast.ben, 300_00, currency="IDR")
    sell(cast.ben, 300_00, currency="IDR")
    assert "2 deals in IDR have no exchange rate to USD on their closing days" in page(ana, JUNE)
    assert "no exchange rate" not in page(ana, JUNE.replace("revenue", "deals-won"))


def test_the_team_board_marks_ones_own_team(cast: Cast, ana: Client) -> None:
    sell(cast.ana, 300_00)
    sell(cast.ben, 100_00)
    html = page(ana, JUNE.replace("person", "team"))
    assert f'is-mine" data-flip="team-{cast.west.pk}"' in html
    assert "A deal" not in html


def test_an_event_fetches_the_fragment_alone(cast: Cast, ana: Client) -> None:
    sell(cast.ana, 300_00)
    html = page(ana, JUNE, **FRAGMENT)
    assert html.startswith('<div id="standings"')
    assert "<h1>" not in html
    assert ana.get(JUNE).headers["Vary"].count("HX-Request") == 1


@pytest.mark.parametrize(
    "url",
    [
        "/leaderboards/fame/",
        "/leaderboards/revenue/?by=planet",
        "/leaderboards/revenue/?period=2026-13",
        "/leaderboards/revenue/?period=2026-H1",
        "/leaderboards/revenue/?period=FY2026-04-Q1",
        "/leaderboards/revenue/?period=%00",
    ],
)
def test_a_board_that_does_not_exist_is_not_found(ana: Client, url: str) -> None:
    assert ana.get(url).status_code == 404


@pytest.mark.parametrize("who", ["ana", "mia", "finn", "ada"])
def test_boards_are_open_to_everybody_who_signs_in(cast: Cast, client: Client, who: str) -> None:
    assert (
        client.get(JUNE).headers["Location"]
        == "/accounts/login/?next=/leaderboards/revenue/%3Fby%3Dperson%26period%3D2026-06"
    )
    client.force_login(getattr(cast, who))
    assert client.get(JUNE).status_code == 200


@pytest.mark.parametrize("kpi", ["revenue", "deals-won", "average-deal-size", "conversion-rate"])
@pytest.mark.parametrize("by", ["person", "team"])
def test_the_number_of_queries_does_not_grow_with_rows(
    cast: Cast, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries, kpi: str, by: str
) -> None:
    for number, rep in enumerate(reps(cast, 40)):
        note(deal(rep, TODAY, 1000 + number))
    recompute_stale(now=timezone.now())
    url = f"/leaderboards/{kpi}/?by={by}&period=2026-06"
    page(ana, url)
    with django_assert_max_num_queries(11):  # session, user, own team, labels, company twice, rates, what waits for her
        page(ana, url)
    with django_assert_max_num_queries(8):
        page(ana, url, **FRAGMENT)
