"""What-if as finance uses it: figures checked by hand, scenarios, and what is refused."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from commissions import services
from commissions.models import EarningLine, PlanVersion, Scenario, Statement
from commissions.selectors import whatif as selector
from commissions.services import scenarios
from sales.models import Customer
from tests.conftest import Cast, person
from tests.world import NOW, PLAN, World, paid_world, publish, won_by

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """What a process keeps would outlive the database of a test."""
    selector.forget()
    with time_machine.travel(NOW, tick=False):
        yield
    selector.forget()


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


def signed_in(user: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    return client


def fields(world: World, **changed: str) -> dict[str, str]:
    """The form as it stands in the page, with some fields changed; dots in names are written as two underscores."""
    sent = {name.replace("__", "."): value for name, value in changed.items()}
    plan = {"plan": str(world.version.plan_id), "first": "2026-10", "last": "2026-11"}
    return plan | {"seen": PLAN, "source": PLAN, "quotas": "100"} | sent


def ask(world: World, user: Any = None, *, htmx: Any = True, **changed: str) -> Any:
    client = signed_in(user or world.cast.finn)
    return client.post(reverse("commissions:whatif"), fields(world, **changed), headers=HTMX if htmx else {})


def text(response: Any) -> str:
    return " ".join(unescape(strip_tags(response.content.decode())).replace("\N{NO-BREAK SPACE}", " ").split())


RATE = {"new-business.rate.1": "10"}


def test_a_page_opens_with_the_fields_of_the_plan_and_waits_for_the_facts(world: World) -> None:
    response = signed_in(world.cast.finn).get(
        reverse("commissions:whatif"), {"plan": str(world.version.plan_id), "first": "2026-10", "last": "2026-11"}
    )
    shown = response.content.decode()
    assert response.status_code == 200
    assert 'name="new-business.rate.0" type="number" inputmode="decimal" step="any" value="5"' in shown
    assert 'name="new-business.from.1"' in shown
    assert "The deals of these months are read once" in shown


def test_quotas_can_be_moved_only_where_the_plan_goes_by_them(world: World) -> None:
    assert 'id="k-quotas"' in ask(world, htmx=False).content.decode()
    flat = "plan: Flat\ncurrency: USD\nperiod: month\ncomponents: [{key: a, name: A, rate: 5%}]\n"
    version = publish(flat)
    asked = {"plan": str(version.plan_id), "first": "2026-10", "last": "2026-11"}
    shown = signed_in(world.cast.finn).get(reverse("commissions:whatif"), asked).content.decode()
    assert ('id="k-quotas"' in shown, '<input type="hidden" name="quotas" value="100">' in shown) == (False, True)


def test_a_changed_rate_costs_what_a_pocket_calculator_says(world: World) -> None:
    # Ana sold 60,000 of 100,000: 50,000 at 5 % and 10,000 at 8 %, 3,300 in all; Ben 30,000 at 5 %, 1,500.
    same = text(ask(world))
    assert "Would have cost $4,800.00" in same
    assert "By the plan as it is $4,800.00" in same
    assert "pay changes. Move a slider" in same
    # At 10 % instead of 8 % Ana gains 200. Revenue is 90,000: 5.33 %, then 5.56 %.
    dearer = text(ask(world, **RATE))
    assert "Would have cost $5,000.00 Difference +$200.00 By the plan as it is $4,800.00" in dearer
    assert "Share of revenue 5.56% 5.33% by the plan as it is" in dearer
    assert "1 would have earned moremost: Ana, +$200.00 0 would have earned less 1 the same" in dearer
    assert re.search(r"Ana \$3,300\.00 \$3,500\.00 \+\$200\.00", dearer)


def test_a_lower_threshold_and_other_quotas_do_as_well(world: World) -> None:
    # From 20 % on at 8 %: Ana 20,000 at 5 % and 40,000 at 8 %, 4,200; Ben 20,000 and 10,000, 1,800.
    assert "Would have cost $6,000.00 Difference +$1,200.00" in text(ask(world, **{"new-business.from.1": "20"}))
    # Half the quotas: Ana 25,000 at 5 %, 25,000 at 8 %, 10,000 at 12 %, 4,450; Ben 25,000 and 5,000, 1,650.
    halved = text(ask(world, quotas="50"))
    assert "Would have cost $6,100.00 Difference +$1,300.00" in halved
    # Before: Ana 60 %, Ben 30 %; with half the quota 120 % and 60 %.
    assert "25–50%10 50–75%11 75–100%00 100–125%01 " in halved


def test_the_yaml_can_be_changed_too_and_may_read_other_facts(world: World) -> None:
    capped = PLAN.replace(
        "    curve:", '    when: customer.name = "Harbour Foods"\n    cap: {per: month, amount: 1000}\n    curve:'
    )
    response = ask(world, source=capped, do="apply")
    assert response["HX-Retarget"] == "#trial"
    # October: Ana's 48,000 at 5 % are 2,400, capped to 1,000; November: 900. Ben's 1,500 are capped to 1,000.
    assert "Would have cost $2,900.00 Difference −$1,900.00" in text(response)
    assert 'name="new-business.cap.0"' in response.content.decode()


def test_nothing_is_posted_and_no_statement_changes(world: World) -> None:
    before = list(EarningLine.objects.order_by("pk").values()), list(Statement.objects.order_by("pk").values())
    ask(world, **RATE)
    after = list(EarningLine.objects.order_by("pk").values()), list(Statement.objects.order_by("pk").values())
    assert after == before
    assert PlanVersion.objects.count() == 1


def test_without_htmx_the_whole_page_comes_back(world: World) -> None:
    response = ask(world, htmx=False, **RATE)
    assert "Would have cost $5,000.00" in text(response)
    assert "<html" in response.content.decode()
    assert "<html" not in ask(world, **RATE).content.decode()


def test_the_table_can_be_sorted_and_paged(world: World) -> None:
    assert re.search(r"Ben \$1,500\.00.*Ana \$3,300\.00", text(ask(world, sort="loss", **RATE)))
    assert re.search(r"Ana \$3,300\.00.*Ben \$1,500\.00", text(ask(world, sort="name", page="99", **RATE)))
    assert ask(world, sort="'; drop", page="x").status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"new-business.rate.0": "five"}, "is not a number"),
        ({"new-business.rate.0": "1e9999"}, "is not a number"),
        ({"new-business.from.1": "200"}, "components[0].curve[2].from"),
        ({"quotas": "0"}, "from 1 to 1000"),
        ({"quotas": "NaN"}, "from 1 to 1000"),
        ({"seen": "{"}, "components"),
        ({"source": "!!python/object:os.system {}", "do": "apply"}, "isn&#x27;t allowed"),
        ({"source": PLAN.replace("USD", "EUR"), "do": "apply"}, "pay in others can&#x27;t be compared"),
        ({"source": PLAN.replace("Account Executive", "Another"), "do": "apply"}, "The name is"),
        ({"source": "x" * 300_000, "do": "apply"}, ""),
        ({"new-business.rate.0": "<script>alert(1)</script>"}, "&lt;script&gt;"),
    ],
    ids=["word", "exponent", "order", "none", "nan", "broken", "tag", "currency", "name", "long", "script"],
)
def test_what_can_not_be_calculated_says_why(world: World, changed: dict[str, str], said: str) -> None:
    response = ask(world, **changed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    "changed",
    [{"plan": "0"}, {"plan": "x"}, {"first": "2026-13"}, {"first": "2026-11", "last": "2026-10"}, {"last": ""}],
)
def test_an_impossible_plan_or_range_is_a_422(world: World, changed: dict[str, str]) -> None:
    assert ask(world, **changed).status_code == 422


def test_months_without_anybody_say_so(world: World) -> None:
    assert "Nobody was on this plan in these months" in text(ask(world, first="2025-01", last="2025-02"))


def test_the_number_of_queries_does_not_grow_with_people(world: World, cast: Cast) -> None:
    ask(world)
    client = signed_in(cast.finn)

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.post(reverse("commissions:whatif"), fields(world, **RATE), headers=HTMX)
        return len(queries)

    few = counted()
    won = won_by(Customer.objects.get())
    people = [person(f"Rep{number}") for number in range(5)]
    services.assign(
        plan=world.version.plan, payees=people, from_date=date(2026, 1, 1), until=None, quota_minor=100_00,
        per="quarter", acting_user=cast.ada, now=NOW,
    )  # fmt: skip
    for rep in people:
        won(rep, rep.name, date(2026, 11, 3), 500_00)
    selector.forget()
    ask(world)
    assert counted() == few


def test_facts_are_kept_until_somebody_asks_to_read_them_again(world: World, cast: Cast) -> None:
    ask(world)
    won_by(Customer.objects.get())(cast.ben, "late", date(2026, 11, 14), 10_000_00)
    assert "By the plan as it is $4,800.00" in text(ask(world))
    with time_machine.travel(NOW.replace(hour=5), tick=False):
        assert "By the plan as it is $5,300.00" in text(ask(world, do="again"))


@pytest.mark.django_db(transaction=True)
def test_a_page_says_when_the_facts_have_moved_on(cast: Cast) -> None:
    world = paid_world(cast)
    flush()
    assert "may have changed since" not in text(ask(world))
    won_by(Customer.objects.get())(cast.ben, "late", date(2026, 11, 14), 10_000_00)
    flush()
    assert "may have changed since" in text(ask(world))


def flush() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_memory_is_bounded_and_the_latest_range_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selector, "MOST_BYTES", 1)
    ask(world)
    ask(world, last="2026-10")
    kept = [selector.is_kept(selector.Stretch(world.version.plan_id, date(2026, 10, 1), end))
            for end in (date(2026, 12, 1), date(2026, 11, 1))]  # fmt: skip
    assert kept == [False, True]


def keep(world: World, name: str, **changed: str) -> Scenario:
    ask(world, do="save", name=name, **changed)
    return Scenario.objects.get(name=name)


def test_a_scenario_is_kept_with_what_was_changed(world: World) -> None:
    kept = keep(world, "Ten percent", quotas="90", **RATE)
    assert (kept.plan, kept.start, kept.end) == (world.version.plan, date(2026, 10, 1), date(2026, 12, 1))
    assert kept.saved_by == world.cast.finn
    assert int(kept.quotas_percent) == 90
    assert "rate: 10%" in kept.source
    page = signed_in(world.cast.ada).get(reverse("commissions:whatif"), {"scenario": kept.pk}).content.decode()
    assert 'name="new-business.rate.1" type="number" inputmode="decimal" step="any" value="10"' in page
    assert "was 8" in page


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_a_scenario_needs_a_name(world: World, name: str) -> None:
    response = ask(world, do="save", name=name)
    assert "Give the scenario a name" in text(response)
    assert not Scenario.objects.exists()


def test_two_scenarios_of_a_plan_have_two_names(world: World) -> None:
    keep(world, "Ten", **RATE)
    assert "There is a scenario “Ten” of this plan already" in text(ask(world, do="save", name="Ten"))
    assert Scenario.objects.count() == 1


def test_scenarios_stand_side_by_side(world: World) -> None:
    ten, half = keep(world, "Ten", **RATE), keep(world, "Half quota", quotas="50")
    response = signed_in(world.cast.finn).get(reverse("commissions:scenarios-compared"), {"s": [ten.pk, half.pk]})
    shown = text(response)
    assert "Half quota Account Executive Would have cost $6,100.00" in shown
    assert "Ten Account Executive Would have cost $5,000.00" in shown
    assert "Best caseAna +$1,150.00 Worst case–" in shown


KICKER = """
plan: Kicker
currency: USD
period: month
components: [{key: all, name: Everything, rate: 1%}]
"""


def kicker(world: World, name: str, rate: str, until: date) -> Scenario:
    """A scenario of a second plan, which Ana is on too."""
    version = PlanVersion.objects.filter(plan__name="Kicker").first() or publish(KICKER)
    services.assign(
        plan=version.plan, payees=[world.cast.ana], from_date=date(2026, 1, 1), until=None, quota_minor=None, per=None,
        acting_user=world.cast.ada, now=NOW,
    )  # fmt: skip
    return scenarios.save_scenario(
        name=name, plan=version.plan, start=date(2026, 10, 1), end=until, source=KICKER.replace("1%", rate),
        quotas_percent=Decimal(100), acting_user=world.cast.finn, now=NOW,
    )  # fmt: skip


def test_scenarios_of_several_plans_are_summed(world: World) -> None:
    ten, two = keep(world, "Ten", **RATE), kicker(world, "Two percent", "2%", date(2026, 12, 1))
    compared = reverse("commissions:scenarios-compared")
    shown = text(signed_in(world.cast.finn).get(compared, {"s": [ten.pk, two.pk]}))
    # Ana: 3,300 and 600 by the plans as they are, 3,500 and 1,200 by the scenarios; Ben 1,500; sold were 90,000
    assert "All these plans together Would have cost $6,200.00 Difference +$800.00 By the plan" in shown
    assert "as it is $5,400.00 Share of revenue 6.89% 6% by the plan as it is" in shown
    assert "1 would have earned moremost: Ana, +$800.00 0 would have earned less 1 the same" in shown


def test_scenarios_of_one_plan_or_of_other_months_are_not_summed(world: World) -> None:
    ten, half = keep(world, "Ten", **RATE), keep(world, "Half quota", quotas="50")
    shorter = kicker(world, "October", "2%", date(2026, 11, 1))
    for pair in ((ten, half), (ten, shorter)):
        asked = {"s": [each.pk for each in pair]}
        response = signed_in(world.cast.finn).get(reverse("commissions:scenarios-compared"), asked)
        assert "together" not in text(response)


@pytest.mark.parametrize("asked", [[], ["1"], ["x", "9" * 30], ["-1", "0"]])
def test_fewer_than_two_scenarios_lead_back_to_the_list(world: World, asked: list[str]) -> None:
    response = signed_in(world.cast.finn).get(reverse("commissions:scenarios-compared"), {"s": asked}, follow=True)
    assert "Choose two to 4 scenarios" in text(response)


def act(world: World, name: str, kept: Scenario, **data: str) -> Any:
    return signed_in(world.cast.finn).post(reverse(f"commissions:{name}", args=[kept.pk]), data, follow=True)


def test_a_scenario_becomes_the_draft_of_its_plan(world: World) -> None:
    kept = keep(world, "Ten", **RATE)
    assert "This is the draft now" in text(act(world, "scenario-draft", kept))
    draft = PlanVersion.objects.get(status=PlanVersion.Status.DRAFT)
    assert (draft.plan, draft.number, draft.source) == (world.version.plan, 2, kept.source)


def test_another_draft_is_replaced_only_when_that_is_asked_for(world: World) -> None:
    services.save_draft(source=PLAN.replace("12%", "13%"), acting_user=None, now=NOW)
    kept = keep(world, "Ten", **RATE)
    assert "has a draft already" in text(act(world, "scenario-draft", kept))
    assert "13%" in PlanVersion.objects.get(status=PlanVersion.Status.DRAFT).source
    act(world, "scenario-draft", kept, replace="on")
    assert "rate: 10%" in PlanVersion.objects.get(status=PlanVersion.Status.DRAFT).source


def test_a_scenario_can_be_deleted(world: World) -> None:
    act(world, "scenario-delete", keep(world, "Ten", **RATE))
    assert not Scenario.objects.exists()


def test_pages_speak_indonesian(world: World) -> None:
    client = signed_in(world.cast.finn, "id")
    answer = client.post(reverse("commissions:whatif"), fields(world, **RATE), headers=HTMX)
    assert "US$5.000,00" in text(answer)
    assert "Would have cost" not in text(answer)
