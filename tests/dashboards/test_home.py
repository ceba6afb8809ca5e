"""Home, for each of a person's roles."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from tests.conftest import Cast
from tests.world import NOW, World, paid_world


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


def home(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("dashboards:home"))
    assert response.status_code == 200
    spaced = response.content.decode().replace("><", "> <").replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(strip_tags(spaced).split())


def test_a_rep_sees_what_she_earned_what_comes_next_and_her_deals(world: World) -> None:
    text = home(world.cast.ana)
    assert "Earned in November 2026 $ 900.00" in text
    assert "more to reach 12%" in text
    assert "39 days left" in text
    assert "Deal second" in text


def test_a_manager_sees_her_people_with_pay_and_attainment(world: World) -> None:
    text = home(world.cast.mia)
    assert "My team" in text
    assert "Ana West $ 900.00 60%" in text
    assert "Ben East $ 1,500.00 30%" in text


def test_finance_sees_open_periods_with_their_totals(world: World) -> None:
    text = home(world.cast.finn)
    assert "November 2026" in text
    assert "$ 2,400.00" in text


def test_an_empty_company_says_what_to_do_next(cast: Cast) -> None:
    text = home(cast.ada)
    assert "Five steps from an empty installation" in text


def test_a_rep_on_no_plan_learns_why_she_earns_nothing(cast: Cast) -> None:
    assert "You are on no plan yet" in home(cast.ana)
