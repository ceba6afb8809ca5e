"""Whose shares of a deal count for whom."""

from datetime import date

import polars as pl

from commissions.engine.frames import RELATIONS, SHARES
from commissions.engine.relations import with_others

DEALS = pl.DataFrame({"deal": [1, 1], "closed": [date(2026, 5, 10)] * 2})  # twice: it was paid in two parts
SHARE = pl.DataFrame([(1, 7, "owner", 1_000_000)], schema=SHARES, orient="row")
YEAR = (date(2026, 1, 1), None)


def counted(*relations: tuple[int, int, str, int | None, int | None, date, date | None]) -> list[tuple[object, ...]]:
    """(payee, via, depth, in_team) of the one share, Ana's, who is number 7."""
    found = with_others(SHARE, DEALS, pl.DataFrame(relations, schema=RELATIONS, orient="row"))
    return sorted(found.select("payee", "via", "depth", "in_team").iter_rows(), key=str)


def test_two_ways_to_one_person_count_once_at_the_least_depth() -> None:
    assert counted((9, 7, "reports", 2, None, *YEAR), (9, 7, "reports", 1, None, *YEAR)) == [
        (7, None, 0, False),
        (9, 7, 1, False),
    ]


def test_a_report_who_is_a_team_mate_too_is_one_row() -> None:
    assert counted(
        (9, 7, "reports", 1, None, *YEAR), (9, 7, "team", None, 1, *YEAR), (9, 7, "team", None, 1, *YEAR)
    ) == [
        (7, None, 0, False),
        (9, 7, 1, True),
    ]


def test_ones_own_share_counts_for_the_team_only_while_one_is_in_it() -> None:
    assert counted((7, 7, "team", None, 1, *YEAR)) == [(7, None, 0, True)]
    assert counted((7, 7, "team", None, 1, date(2026, 5, 11), None)) == [(7, None, 0, False)]


def test_a_relation_that_ended_on_the_day_of_closing_counts_no_more() -> None:
    assert counted((9, 7, "reports", 1, None, date(2026, 1, 1), date(2026, 5, 10))) == [(7, None, 0, False)]
    assert counted((9, 7, "reports", 1, None, date(2026, 5, 10), date(2026, 5, 11))) == [
        (7, None, 0, False),
        (9, 7, 1, False),
    ]
