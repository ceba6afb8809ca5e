"""Plans come in as drafts and are published only when their examples hold."""

from datetime import date

import pytest
from django.db import InternalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import IntegrityError

from accounts.models import User
from commissions import selectors, services
from commissions.engine.document import PlanInvalid
from commissions.models import Plan, PlanVersion, StaleStatement
from tests.commissions.facts import FLAT, NOW, TIERED, TODAY, assign, published
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

WRONG = TIERED.replace("payable: 100", "payable: 99").replace("new-business: 100,", "new-business: 100.01,")
JULY = date(2026, 7, 1)


def draft(source: str = TIERED) -> PlanVersion:
    return services.save_draft(source=source, acting_user=None, now=NOW)


def publish(version: PlanVersion, from_date: date, user: User | None = None) -> PlanVersion:
    return services.publish_version(version=version, from_date=from_date, acting_user=user, now=NOW)


def test_a_draft_keeps_the_text_and_its_hash() -> None:
    version = draft()
    assert (version.plan.name, version.number, version.status) == ("Account Executive", 1, "draft")
    assert version.source == TIERED
    assert selectors.document_of(version).components[0].key == "new-business"


def test_saving_a_draft_again_replaces_it() -> None:
    first = draft()
    second = draft(TIERED.replace("rate: 5%", "rate: 6%"))
    assert second.pk == first.pk
    assert second.hash != first.hash


def test_a_document_that_is_no_plan_says_where_and_changes_nothing() -> None:
    with pytest.raises(PlanInvalid, match="curve"):
        draft(TIERED.replace("{from: 100%, rate: 10%}", "{from: 0%, rate: 10%}"))
    assert not Plan.objects.exists()


def test_a_plan_whose_examples_fail_is_refused_with_expected_and_got() -> None:
    version = draft(WRONG)
    with pytest.raises(services.ExamplesFail) as refused:
        publish(version, JULY)
    text = str(refused.value)
    assert "✗ a quarter over quota" in text
    assert "2026-01 new-business: expected 100.01, got 100" in text
    assert "2026-01 payable: expected 99, got 100" in text
    version.refresh_from_db()
    assert version.status == "draft"


def test_a_plan_without_examples_may_be_published() -> None:
    assert published(FLAT).status == "published"


def test_a_new_version_ends_the_one_before_on_its_first_day(cast: Cast) -> None:
    first = published(FLAT)
    second = publish(draft(FLAT.replace("10%", "12%")), JULY, cast.ada)
    first.refresh_from_db()
    assert (second.number, second.published_by, second.published_at) == (2, cast.ada, NOW)
    assert (first.during, first.status) == (DateRange(date(2026, 1, 1), JULY), "published")
    assert second.during == DateRange(JULY, None)


def test_a_version_replaced_from_its_first_day_on_is_retired() -> None:
    first = published(FLAT, from_date=JULY)
    publish(draft(FLAT.replace("10%", "12%")), date(2026, 6, 1))
    first.refresh_from_db()
    assert (first.status, first.during.isempty) == ("retired", True)


def test_a_published_version_is_not_published_twice() -> None:
    with pytest.raises(services.PlanRefused, match="was published before"):
        publish(published(FLAT), JULY)


@pytest.mark.parametrize("change", [("currency: USD", "currency: IDR"), ("period: month", "period: quarter")], ids=str)
def test_a_plan_keeps_its_currency_and_its_rhythm(change: tuple[str, str]) -> None:
    published(FLAT)
    with pytest.raises(services.PlanRefused, match="give the document a new plan name"):
        publish(draft(FLAT.replace(*change)), JULY)


def test_publishing_notes_whom_it_concerns(cast: Cast) -> None:
    version = published(FLAT)
    assign(version.plan, cast.ana)
    StaleStatement.objects.all().delete()
    publish(draft(FLAT.replace("10%", "12%")), JULY)
    assert list(StaleStatement.objects.values_list("payee_id", "on")) == [(cast.ana.pk, JULY)]


@pytest.mark.parametrize(
    "change",
    [
        "document = '{}'",
        "source = ''",
        "hash = ''",
        "number = 7",
        "plan_id = plan_id + 1",
        "status = 'draft'",
        "published_at = now()",
        "during = '[2020-01-01,)'",
    ],
)
def test_the_database_refuses_to_change_a_published_version(change: str) -> None:
    published(FLAT)
    with pytest.raises(IntegrityError, match="was published and cannot be changed"), transaction.atomic():
        execute(f"UPDATE commissions_planversion SET {change}")


def test_the_database_refuses_to_delete_a_published_version() -> None:
    published(FLAT)
    with pytest.raises(IntegrityError, match="cannot be deleted"), transaction.atomic():
        execute("DELETE FROM commissions_planversion")


def test_the_database_refuses_to_truncate_published_versions() -> None:
    published(FLAT)
    with pytest.raises((IntegrityError, InternalError), match="cannot be deleted"), transaction.atomic():
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL juara.may_truncate = 'off'")
        execute("TRUNCATE commissions_planversion CASCADE")


def test_a_draft_may_be_changed_and_deleted() -> None:
    version = draft()
    PlanVersion.objects.filter(pk=version.pk).update(source="anything")
    version.delete()
    assert not PlanVersion.objects.exists()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_page_of_a_plan_shows_tiers_curve_and_examples(cast: Cast) -> None:
    version = published()
    assign(version.plan, cast.ana, quota_minor=100_000)
    page = selectors.plan_page(version, TODAY)
    view = page.components[0]
    assert [(str(row.starts_at), str(row.rate)) for row in view.rows] == [("0", "0.05"), ("1", "0.1")]
    assert [(str(point.x), str(point.y)) for point in view.points] == [("0", "0"), ("1", "50"), ("1.25", "75")]
    assert str(view.quota) == "1000"
    assert [(row.name, row.passed) for row in page.examples] == [("a quarter over quota", True)]
    assert (page.examples_hold, page.payees, page.in_force_from) == (True, 1, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("trigger", "sentence"),
    [
        ("booked", "A deal counts on the day it closes."),
        ("invoiced", "A deal counts on the day it is invoiced."),
        ("paid", "Each payment of the customer counts its part of the deal, on its own day."),
        ("paid_in_full", "A deal counts on the day on which the customer has paid all of it."),
    ],
)
def test_the_page_of_a_plan_says_when_a_deal_counts(trigger: str, sentence: str) -> None:
    version = published(FLAT.replace("rate: 10%", f"rate: 10%, credit: {{trigger: {trigger}}}"))
    (section,) = selectors.plan_sections(selectors.plan_page(version, TODAY), [])
    assert [rule for rule in section.rules if rule.startswith(("A deal counts", "Each payment"))] == [sentence]


def test_payees_see_the_plans_they_are_on_and_finance_sees_all(cast: Cast) -> None:
    theirs, other = published(TIERED), draft(FLAT)
    assign(theirs.plan, cast.ana, quota_minor=100_000)
    seen = {name: list(selectors.plan_list(getattr(cast, name), TODAY)) for name in ("ana", "ben", "mia", "finn")}
    assert seen == {"ana": [theirs], "ben": [], "mia": [theirs], "finn": [theirs, other]}
