"""Statements, their lines' reasons and plans, as people see them."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from tests.conftest import Cast
from tests.world import NOW, World, paid_world

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(user: User, name: str, *args: object, language: str = "en") -> str:
    client = signed_in(user)
    client.cookies["django_language"] = language
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return " ".join(strip_tags(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_statement_shows_each_line_with_position_rates_and_pay(world: World) -> None:
    text = page(world.cast.ana, "commissions:statement", world.statement(world.cast.ana).pk)
    assert "Deal second" in text
    assert "Harbour Foods" in text
    assert "5% → 8%" in text


def test_a_line_says_why_in_one_sentence_and_its_arithmetic(world: World) -> None:
    text = page(world.cast.ana, "commissions:line", world.line(world.cast.ana, "second").pk)
    assert (
        "This deal moved you from $48,000.00 to $60,000.00 of your quota of $100,000.00: "
        "the part up to $50,000.00 earned 5%, the rest 8%." in text
    )


def test_amounts_periods_and_reasons_are_written_in_the_readers_language(world: World) -> None:
    ana, line = world.cast.ana, world.line(world.cast.ana, "second")
    statement = page(ana, "commissions:statement", world.statement(ana).pk, language="id")
    assert "Slip komisi November 2026 1 – 30 Nov 2026" in statement
    assert (
        "Transaksi ini menaikkan pencapaian Anda dari US$48.000,00 menjadi US$60.000,00 dari kuota US$100.000,00: "
        "bagian sampai US$50.000,00 mendapat 5%, sisanya 8%." in page(ana, "commissions:line", line.pk, language="id")
    )
    assert "dari kuota US$100.000,00 pada K4 2026 dan memperoleh komisi" in page(
        ana, "commissions:plan", world.version.pk, language="id"
    )


def test_a_plan_shows_its_tiers_and_that_its_examples_hold(world: World) -> None:
    text = page(world.cast.ana, "commissions:plan", world.version.pk)
    assert "you are here" in text
    assert "holds" in text


@pytest.mark.parametrize("name", ["statements", "plans", "periods"])
def test_lists_open(world: World, name: str) -> None:
    page(world.cast.ada, f"commissions:{name}")


def test_a_period_shows_totals_and_payees(world: World) -> None:
    text = page(world.cast.finn, "commissions:period", "2026-11")
    assert "$2,400.00" in text
