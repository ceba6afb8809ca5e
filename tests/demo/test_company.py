import doctest
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from core.money import exponent
from demo.engine import calendar
from demo.engine import company as company_module
from demo.engine.calendar import beginning, working_day
from demo.engine.company import company
from demo.engine.pay import MANAGES
from demo.engine.people import LOGINS, PASSWORD
from demo.engine.records import Company, Deal, email_of

TODAY = date(2026, 11, 23)
WHOLE = 1_000_000


@pytest.fixture(scope="module")
def made() -> Company:
    return company(TODAY)


def settled(made: Company, before: date) -> dict[str, Deal]:
    return {deal.key: known(deal, before) for deal in made.deals if deal.closed_on and deal.closed_on < before}


def known(deal: Deal, before: date) -> Deal:
    """The deal with what had happened to it by then."""
    return replace(
        deal,
        invoiced_on=deal.invoiced_on if deal.invoiced_on and deal.invoiced_on < before else None,
        cancelled_on=deal.cancelled_on if deal.cancelled_on and deal.cancelled_on < before else None,
        payments=tuple(paid for paid in deal.payments if paid[0] < before),
    )


def test_the_same_day_and_seed_make_the_same_company(made: Company) -> None:
    assert company(TODAY) == made


def test_won_deals_are_invoiced_then_paid_and_a_few_are_cancelled(made: Company) -> None:
    won = [deal for deal in made.deals if deal.status == "won"]
    cancelled = [deal for deal in won if deal.cancelled_on]
    assert 5 < len(cancelled) < len(won) // 20
    assert all(
        deal.closed_on <= deal.cancelled_on <= TODAY for deal in cancelled if deal.closed_on and deal.cancelled_on
    )
    assert not any(deal.invoiced_on or deal.payments for deal in cancelled)
    paid = [deal for deal in won if deal.payments]
    assert len(paid) > len(won) // 2
    assert all(deal.invoiced_on <= day <= TODAY for deal in paid for day, _minor in deal.payments if deal.invoiced_on)


def test_another_seed_makes_other_deals(made: Company) -> None:
    assert made.deals != company(TODAY, seed="other").deals


def test_a_day_later_the_past_is_what_it_was(made: Company) -> None:
    assert settled(made, TODAY) == settled(company(date(2026, 11, 24)), TODAY)


def test_the_company_has_forty_people_in_six_teams(made: Company) -> None:
    assert (len(made.people), len(made.teams)) == (40, 6)
    assert {stay.team for person in made.people for stay in person.stays} == {team.key for team in made.teams}


def test_everybody_but_the_head_reports_to_somebody_who_is_there(made: Company) -> None:
    keys = {person.key for person in made.people}
    assert [person.key for person in made.people if person.stays[-1].manager is None] == ["retno"]
    assert all(stay.manager in keys | {None} for person in made.people for stay in person.stays)


def test_nobody_is_in_two_teams_on_one_day(made: Company) -> None:
    for person in made.people:
        for before, after in zip(person.stays, person.stays[1:], strict=False):
            assert before.until == after.since


def test_deals_cover_eighteen_months_up_to_today_and_none_is_closed_later(made: Company) -> None:
    closed = [deal.closed_on for deal in made.deals if deal.closed_on]
    assert (made.since, min(closed) >= made.since, max(closed) <= TODAY) == (beginning(TODAY), True, True)
    assert {f"{day:%Y-%m}" for day in closed} >= {f"2026-{month:02}" for month in range(1, 12)}


def test_a_deal_is_open_or_has_a_closing_day_after_its_opening(made: Company) -> None:
    for deal in made.deals:
        assert (deal.status == "open") == (deal.closed_on is None)
        assert deal.closed_on is None or deal.opened_on <= deal.closed_on


def test_everything_happens_on_working_days(made: Company) -> None:
    days = [day for deal in made.deals for day in (deal.opened_on, deal.closed_on) if day]
    assert [day for day in days if day.weekday() > 4] == []
    assert working_day(date(2026, 11, 22)) == date(2026, 11, 20)


def test_keys_are_unique_and_name_what_exists(made: Company) -> None:
    people, customers = {each.key for each in made.people}, {each.key for each in made.customers}
    assert max(Counter(deal.key for deal in made.deals).values()) == 1
    assert {deal.owner for deal in made.deals} <= people
    assert {deal.customer for deal in made.deals} <= customers
    assert {deal.product for deal in made.deals} == {each.key for each in made.products}


def test_shares_add_up_to_the_whole_deal_and_the_owner_has_one(made: Company) -> None:
    shared = [deal for deal in made.deals if deal.shares]
    assert {sum(part for _, part in deal.shares) for deal in shared} == {WHOLE}
    assert all(deal.owner in dict(deal.shares) for deal in shared)


def test_a_refund_takes_back_no_more_than_its_deal_brought(made: Company) -> None:
    sold = {deal.key: deal for deal in made.deals}
    refunds = [deal for deal in made.deals if deal.kind == "refund"]
    for refund in refunds:
        deal = sold.get(refund.key.removesuffix("-R"))
        assert refund.amount_minor < 0
        assert deal is None or (-refund.amount_minor <= deal.amount_minor and deal.shares == refund.shares)
    assert {deal.currency for deal in refunds} == {"IDR", "USD"}


def test_amounts_are_whole_units_of_their_currency(made: Company) -> None:
    for deal in made.deals:
        assert deal.amount_minor % 10 ** exponent(deal.currency) == 0


def test_who_left_sells_nothing_afterwards(made: Company) -> None:
    [leaver] = [person for person in made.people if person.left_on]
    last = [deal.closed_on or deal.opened_on for deal in made.deals if deal.owner == leaver.key]
    assert max(last) < (leaver.left_on or TODAY)


def test_whoever_sells_or_manages_is_paid_by_a_plan_and_nobody_else(made: Company) -> None:
    sellers = {person.key for person in made.people if person.pace}
    assert {assignment.person for assignment in made.assignments} == sellers | MANAGES.keys()
    assert {deal.owner for deal in made.deals} == sellers


def test_who_comes_into_a_team_shares_its_pool_from_that_day(made: Company) -> None:
    [wahyu] = [person for person in made.people if person.key == "wahyu"]
    since = {each.person: each.since for each in made.assignments if each.plan == "jakarta-pool"}
    assert (since["wahyu"], since["anindya"]) == (wahyu.stays[1].since, made.since)
    assert "ngurah" not in since


def test_the_readme_names_the_demo_logins() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    rows = [f"| {role} | `{email_of(key)}` | `{PASSWORD}` |" for role, key in LOGINS.items()]
    assert [row for row in rows if row not in readme] == []


@pytest.mark.parametrize("module", [calendar, company_module], ids=lambda module: module.__name__)
def test_what_the_docstrings_show_is_so(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert (outcome.attempted > 0, outcome.failed) == (True, 0)
