"""Rows that people paste: what each would do, and what is done when they are applied."""

from collections.abc import Sequence
from datetime import date

import pytest

from accounts.models import Role, User
from commissions import services
from commissions.engine.pasted import MOST_ROWS, ROSTER, Signs, amount_of, day_of, pasted_rows
from commissions.engine.roster import Refused
from commissions.models import Assignment, Period, Plan, Quota, StaleStatement
from commissions.selectors.pasted import Result
from commissions.selectors.roster_check import Check, check
from commissions.selectors.roster_words import said
from commissions.selectors.words import in_words
from commissions.services.roster import AssignmentRefused, RosterChanged, apply_pasted
from tests.commissions.facts import FLAT, JANUARY, NOW, TIERED, assign, published
from tests.commissions.test_assignments import APRIL, JULY, quotas, ranges
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
HEAD = "person\tplan\tfrom\tto\tquota\tper\tkind\tcomponent\n"
AE = "Account Executive"
UNITS = """
plan: Meetings
currency: USD
period: month
components:
  - key: meetings
    name: Meetings
    measure: count
    window: month
    against: quota
    tiers: marginal
    curve: [{from: 0%, pay_per_unit: 5}, {from: 100%, pay_per_unit: 10}]
"""


@pytest.fixture
def plan() -> Plan:
    return published(TIERED).plan


def checked(*rows: str, signs: Signs | None = None) -> Check:
    return check(pasted_rows(HEAD + "\n".join(rows)), signs or Signs())


def applied(*rows: str) -> Check:
    seen = checked(*rows)
    return apply_pasted(
        rows=pasted_rows(HEAD + "\n".join(rows)), signs=Signs(), fingerprint=seen.fingerprint, acting_user=None, now=NOW
    )


def results(found: Check) -> list[str]:
    return [row.result.value for row in found.rows]


def words(found: Check) -> list[str]:
    """Of each row why it is refused, or what it does."""
    return [
        " ".join(map(in_words, row.refused)) if row.refused else " ".join(said(row.before, row.after, row.currency))
        for row in found.rows
    ]


def test_a_row_puts_a_person_on_a_plan_with_a_quota(plan: Plan, cast: Cast) -> None:
    found = applied("ana@example.com\taccount executive\t2026-01-01\t\t100000\t")
    assert results(found) == ["new"]
    assert words(found) == ["On the plan since 1 Jan 2026. Quota $100,000.00 per quarter, since 1 Jan 2026."]
    assert ranges(cast.ana) == [(JANUARY, None)]
    assert quotas(cast.ana) == [(JANUARY, None, "quarter", 100_000_00)]


def test_the_same_rows_again_change_nothing(plan: Plan, cast: Cast) -> None:
    row = "ana\tAccount Executive\t2026-01-01\t\t100000\tquarter"
    applied(row)
    StaleStatement.objects.all().delete()
    assert results(applied(row)) == ["same"]
    assert not StaleStatement.objects.exists()


def test_days_before_stay_and_a_quota_replaces_only_the_days_that_it_covers(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, quota_minor=100_00)
    found = applied("Ana\tAccount Executive\t2026-04-01\t2026-06-30\t200\tmonth")
    assert results(found) == ["changed"]
    assert words(found) == ["Quota $200.00 per month, 1 Apr – 30 Jun 2026, instead of $100.00 per quarter."]
    assert ranges(cast.ana) == [(JANUARY, None)]
    assert quotas(cast.ana) == [
        (JANUARY, APRIL, "quarter", 100_00), (APRIL, JULY, "month", 200_00), (JULY, None, "quarter", 100_00),
    ]  # fmt: skip


def test_a_last_day_without_a_first_ends_the_plan(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana)
    found = applied("Ana\tAccount Executive\t\t2026-06-30")
    assert words(found) == ["On the plan 1 Jan – 30 Jun 2026, instead of since 1 Jan 2026."]
    assert ranges(cast.ana) == [(JANUARY, JULY)]


def test_only_those_who_change_are_computed_again_from_their_last_day_before_it(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, cast.ben)
    StaleStatement.objects.all().delete()
    applied("Ana\tAccount Executive\t\t2026-06-30", "Ben\tAccount Executive\t2026-01-01")
    assert set(StaleStatement.objects.values_list("payee_id", "on")) == {(cast.ana.pk, date(2026, 6, 30))}


def test_a_quota_that_changes_touches_the_whole_of_its_year_and_no_year_before(plan: Plan, cast: Cast) -> None:
    assign(plan, cast.ana, from_date=date(2024, 1, 1), quota_minor=100_00)
    for start, end in ((date(2025, 3, 1), date(2025, 4, 1)), (date(2026, 11, 1), date(2026, 12, 1))):
        Period.objects.create(kind="month", start=start, end=end)
    StaleStatement.objects.all().delete()
    applied(f"Ana\t{AE}\t2026-04-01\t2026-06-30\t200")
    assert list(StaleStatement.objects.values_list("payee_id", "on")) == [(cast.ana.pk, JANUARY)]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Zoe\t{p}\t2026-01-01", "Nobody has this e-mail address, external id or name."),
        ("\t{p}\t2026-01-01", "The person is missing."),
        ("Ana\t\t2026-01-01", "The plan is missing."),
        ("Ana\tNo plan\t2026-01-01", "There is no plan of this name."),
        ("Zoe\tNo plan\t2026-01-01", "page. There is no plan of this name."),
        ("Zoe\t{p}\t01.13.2026", "page. '01.13.2026' is no day."),
        ("Ana\t{p}", "The first day is missing."),
        ("Ana\t{p}\t\t2026-01-01\t5", "The first day is missing."),
        ("Ana\t{p}\t2026-02-30", "'2026-02-30' is no day."),
        ("Ana\t{p}\t31/12/2026", "'31/12/2026' is no day."),
        ("Ana\t{p}\t0026-01-01", "The year of '0026-01-01' can't be meant."),
        ("Ana\t{p}\t9999-12-31", "The year of '9999-12-31' can't be meant."),
        ("Ana\t{p}\t2026-01-02\t2026-01-01", "The last day comes before the first."),
        ("Ana\t{p}\t\t2026-01-01", "She or he was never on this plan"),
        ("Ana\t{p}\t2026-01-01\t\t0", "A quota must be more than 0."),
        ("Ana\t{p}\t2026-01-01\t\t-5", "A quota must be more than 0."),
        ("Ana\t{p}\t2026-01-01\t\tmuch", "'much' is no amount"),
        ("Ana\t{p}\t2026-01-01\t\t100.000", "'100.000' is no amount that can be read in one way only."),
        ("Ana\t{p}\t2026-01-01\t\t1e9", "'1e9' is no amount"),
        ("Ana\t{p}\t2026-01-01\t\t" + "9" * 80 + "\t\tunits", "is no number of units or deals"),
        ("Ana\t{p}\t2026-01-01\t\t" + "9" * 80, "is no amount of USD, or too large a one."),
        ("Ana\t{p}\t2026-01-01\t\t5\tdecade", "A quota is per month, quarter or year, not per 'decade'."),
        ("Ana\t{p}\t2026-01-01\t\t5\tmonth\tmuch", "A quota is an amount, units or a target incentive, not 'much'."),
        ("Ana\t{p}\t2026-01-01\t\t5\tmonth\t\tx", "The plan has no component 'x'. Its components are new-business."),
        ("Ana\t{p}\t2026-02-30\t31/12/2026\tmuch", "is no day. Write"),
        ("Ana\t{p}\t2026-02-30\t31/12/2026\tmuch", "'31/12/2026' is no day."),
        ("Ana\t{p}\t2026-02-30\t31/12/2026\tmuch", "'much' is no amount"),
        ("Ana\t{p}\t\t\tmuch", "The first day is missing."),
        ("Ana\t{p}\t\t\tmuch\t\t\tx", "The plan has no component 'x'."),
        ("Ana\t{p}\t2026-01-01\t\t9\tmonth\t\t\tx", "There are more cells than columns."),
    ],
)
def test_a_row_that_cannot_be_says_why(plan: Plan, cast: Cast, row: str, why: str) -> None:
    found = checked(row.replace("{p}", AE))
    assert results(found) == ["refused"]
    assert why in words(found)[0]


def test_one_refused_row_stops_all_of_them(plan: Plan, cast: Cast) -> None:
    with pytest.raises(AssignmentRefused):
        applied("Ana\tAccount Executive\t2026-01-01", "Zoe\tAccount Executive\t2026-01-01")
    assert not Assignment.objects.exists()


def test_rows_of_the_same_days_are_refused_whichever_comes_first(plan: Plan, cast: Cast) -> None:
    first, second = f"Ana\t{AE}\t2026-01-01\t\t100", f"ANA@example.com\t{AE}\t2026-06-01\t\t200"
    for rows in ((first, second), (second, first), (first, first), (first, f"Ana\t{AE}\t\t2026-06-30")):
        found = checked(*rows)
        assert results(found) == ["new", "refused"]
        assert "Line 2 speaks of the same days" in words(found)[1]


def test_rows_of_days_apart_may_name_one_person_twice(plan: Plan, cast: Cast) -> None:
    applied(f"Ana\t{AE}\t2026-01-01\t2026-03-31\t100", f"Ana\t{AE}\t2026-04-01\t\t200")
    assert ranges(cast.ana) == [(JANUARY, None)]
    assert quotas(cast.ana) == [(JANUARY, APRIL, "quarter", 100_00), (APRIL, None, "quarter", 200_00)]


def test_a_name_that_two_people_have_names_neither(plan: Plan, cast: Cast) -> None:
    User.objects.create(name="Ana", email="other@example.com", roles=[Role.REP])
    found = checked(f"other@example.com\t{AE}\t2026-01-01", f"ana\t{AE}\t2026-01-01", f"Ben\t{AE}\t2026-01-01")
    assert results(found) == ["new", "new", "new"]  # ana is an external id
    User.objects.filter(external_id="ana").update(external_id="A-1")
    assert "2 people are called so." in words(checked(f"Ana\t{AE}\t2026-01-01"))[0]


def test_what_was_looked_at_is_what_is_applied(plan: Plan, cast: Cast) -> None:
    row = f"Ana\t{AE}\t2026-01-01\t\t100"
    seen = checked(row).fingerprint
    assign(plan, cast.ana, quota_minor=50_00)
    with pytest.raises(RosterChanged):
        apply_pasted(rows=pasted_rows(HEAD + row), signs=Signs(), fingerprint=seen, acting_user=None, now=NOW)
    assert quotas(cast.ana) == [(JANUARY, None, "quarter", 50_00)]


def test_a_quota_that_changes_no_pay_is_told(cast: Cast) -> None:
    published(FLAT)
    warned = checked("Ana\tFlat\t2026-01-01\t\t100\tmonth").rows[0].warned
    assert warned
    assert "it is kept, but changes no pay" in in_words(warned)


def test_quotas_in_units_targets_and_those_of_a_component_go_the_same_way(plan: Plan, cast: Cast) -> None:
    rows = ("1,200.5\tmonth\tunits", "12000\tyear\ttarget incentive", "500\t\t\tnew-business", "100")
    found = applied(*(f"Ana\t{AE}\t2026-01-01\t\t{row}" for row in rows))
    assert words(found) == [
        "On the plan since 1 Jan 2026. Quota 1,200.5 units per month, since 1 Jan 2026.",
        "Target incentive $12,000.00 per year, since 1 Jan 2026.",
        "Quota $500.00 per quarter (new-business), since 1 Jan 2026.",
        "Quota $100.00 per quarter, since 1 Jan 2026.",
    ]
    kept = Quota.objects.order_by("kind", "component").values_list("kind", "component", "per", "amount_minor")
    assert list(kept) == [
        ("amount", "", "quarter", 100_00), ("amount", "new-business", "quarter", 500_00),
        ("target", "", "year", 12_000_00), ("units", "", "month", 1_200_500_000),
    ]  # fmt: skip
    assert ranges(cast.ana) == [(JANUARY, None)]


def test_a_quota_of_a_plan_that_counts_deals_is_in_units_unless_another_kind_is_said(cast: Cast) -> None:
    published(UNITS)
    assert "Quota 12 units per month, since 1 Jan 2026." in words(checked("Ana\tMeetings\t2026-01-01\t\t12"))[0]
    warned = checked("Ana\tMeetings\t2026-01-01\t\t12\tmonth\tmoney").rows[0].warned
    assert "it is kept, but changes no pay" in str(warned)


def read(text: str) -> list[tuple[int, str]]:
    return [(row.line, " · ".join(filter(None, map(row.__getitem__, ROSTER.columns)))) for row in pasted_rows(text)]


def test_tables_are_read_with_any_delimiter_with_or_without_a_header() -> None:
    assert read("Ana\tAE\t2026-01-01") == [(1, "Ana · AE · 2026-01-01")]
    assert read('\ufeffAna,AE,2026-01-01,,"1,000"\r\n\r\nBen,AE,,\r\n') == [
        (1, "Ana · AE · 2026-01-01 · 1,000"), (3, "Ben · AE"),
    ]  # fmt: skip
    assert read("skema;nama;mulai\nAE;Ana;2026-01-01") == [(2, "Ana · AE · 2026-01-01")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Nothing is written here."),
        (" \n\t\n", "Nothing is written here."),
        ("person,plan,salary\nAna,AE,5", "The column 'salary' is unknown, or there twice."),
        ("person,plan,plan\nAna,AE,AE", "The column 'plan' is unknown, or there twice."),
        ('Ana,AE\n"Ben,AE\nZoe,AE', "A quotation mark in line 2 is not closed"),
        ("Ana,AE\n" * (MOST_ROWS + 2), "There are more than 20,000 rows."),
    ],
)
def test_a_text_that_is_no_table_is_refused(text: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        pasted_rows(text)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("text", "decimal", "plain"),
    [
        ("1,250,000.50", ".", "1250000.50"), ("1250000", ".", "1250000"), ("1.250.000,50", ",", "1250000.50"),
        ("100,000", ".", "100000"), ("100.000", ",", "100000"), ("12,5", ",", "12.5"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_their_signs_say(text: str, decimal: str, plain: str) -> None:
    assert amount_of(text, Signs(decimal=decimal)) == plain  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["100,000", "1.25", "1,2,3", "", "١٢"])
def test_an_amount_is_never_guessed(text: str) -> None:
    with pytest.raises(Refused):
        amount_of(text, Signs(decimal=","))


def test_days_are_read_in_the_order_that_was_chosen() -> None:
    assert day_of("1/2/2026", Signs(dates="dmy")) == date(2026, 2, 1)
    assert day_of("1/2/2026", Signs(dates="mdy")) == date(2026, 1, 2)
    assert day_of("2026-02-01", Signs(dates="mdy")) == date(2026, 2, 1)


def many(count: int) -> Sequence[str]:
    rows = [
        User(name=f"Rep {n}", email=f"rep{n}@example.com", external_id=f"R{n}", roles=["rep"]) for n in range(count)
    ]
    User.objects.bulk_create(rows)
    return [f"rep{n}@example.com\t{AE}\t2026-01-01\t\t{1000 + n}\tquarter" for n in range(count)]


def test_ten_thousand_rows_take_no_more_queries_than_ten(
    plan: Plan, cast: Cast, django_assert_max_num_queries: object
) -> None:
    rows = many(10_000)
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        found = applied(*rows)
    assert (found.count(Result.NEW), Quota.objects.count()) == (10_000, 10_000)


def test_a_hundred_rows_of_one_person_are_enough(plan: Plan, cast: Cast) -> None:
    found = checked(
        *(f"Ana\t{AE}\t{date.fromordinal(735_000 + 2 * n)}\t{date.fromordinal(735_000 + 2 * n)}" for n in range(150))
    )
    assert results(found).count("refused") == 50


def test_somebody_inactive_is_told_of(plan: Plan, cast: Cast) -> None:
    eve = person("Eve", Role.REP)
    User.objects.filter(pk=eve.pk).update(is_active=False)
    warned = checked(f"Eve\t{AE}\t2026-01-01").rows[0].warned
    assert str(warned) == "This person is inactive."


def test_assigning_and_pasting_meet(plan: Plan, cast: Cast) -> None:
    applied(f"Ana\t{AE}\t2026-01-01\t2026-03-31\t100")
    services.assign(plan=plan, payees=[cast.ana], from_date=APRIL, until=None, acting_user=None, now=NOW)
    assert ranges(cast.ana) == [(JANUARY, None)]
