"""The orders in Valkey against the orders of the values."""

import random
from datetime import date

import pytest
import redis
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Membership, Role, User
from core.periods import parse_period
from kpis.models import KpiValue
from kpis.selectors import KPIS
from kpis.services import rebuild_all, recompute_stale
from leaderboards import services
from leaderboards.engine import places
from leaderboards.engine.places import Wanted
from leaderboards.models import StaleStanding
from leaderboards.selectors import rank_of, standings
from leaderboards.selectors.standings import Board, order, read, valkey
from sales.models import Deal
from tests.conftest import Cast
from tests.kpis.facts import deal, note

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = date(2026, 6, 20)
JUNE = parse_period("2026-06")
REVENUE = Board(KPIS["revenue"], "person", JUNE)


def rep(name: str, cast: Cast) -> User:
    user: User = User.objects.create(name=name, roles=[Role.REP])
    Membership.objects.create(user=user, team=cast.west, during=DateRange(date(2025, 1, 1), None))
    return user


def measure(*deals: Deal) -> None:
    note(*deals)
    recompute_stale(now=NOW)
    services.update_standings()


def ids(board: Board = REVENUE) -> list[int]:
    return [row.standing.subject_id for row in read(board, Wanted(100, 0, None)).top]


def ranks(board: Board = REVENUE) -> list[int]:
    return [row.rank for row in read(board, Wanted(100, 0, None)).top]


def test_equal_values_share_a_rank_and_the_next_counts_them_all(cast: Cast) -> None:
    zoe, adi = rep("Zoe", cast), rep("Adi", cast)
    measure(deal(cast.ana, TODAY, 5), deal(zoe, TODAY, 3), deal(adi, TODAY, 3), deal(cast.ben, TODAY, 1))
    assert ids() == [cast.ana.pk, adi.pk, zoe.pk, cast.ben.pk]
    assert ranks() == [1, 2, 2, 4]
    assert rank_of(KPIS["revenue"], JUNE, zoe) == (2, 4)
    assert rank_of(KPIS["revenue"], JUNE, cast.ben) == (4, 4)


def test_averages_tie_where_their_exact_fractions_do(cast: Cast) -> None:
    zoe = rep("Zoe", cast)
    measure(
        deal(cast.ana, TODAY, 1), deal(cast.ana, TODAY, 2),  # 3/2
        deal(cast.ben, TODAY, 3), deal(cast.ben, TODAY, 2), deal(cast.ben, TODAY, 1), deal(cast.ben, TODAY, 0),  # 6/4
        deal(zoe, TODAY, 2), deal(zoe, TODAY, 2), deal(zoe, TODAY, 1),  # 5/3
    )  # fmt: skip
    assert ranks(Board(KPIS["average-deal-size"], "person", JUNE)) == [1, 2, 2]


def test_a_built_board_follows_a_deal(cast: Cast) -> None:
    measure(deal(cast.ana, TODAY, 5))
    assert ids() == [cast.ana.pk, cast.ben.pk]
    measure(deal(cast.ben, TODAY, 9))
    assert ids() == [cast.ben.pk, cast.ana.pk]


def test_a_rep_without_deals_stands_at_zero_above_one_with_refunds(cast: Cast) -> None:
    measure(deal(cast.ana, TODAY, -5))
    assert ids() == [cast.ben.pk, cast.ana.pk]
    assert rank_of(KPIS["average-deal-size"], JUNE, cast.ben) is None


def test_whose_last_deal_vanishes_falls_back_to_zero(cast: Cast) -> None:
    only = deal(cast.ana, TODAY, 5)
    measure(only)
    assert ids() == [cast.ana.pk, cast.ben.pk]
    note(only)
    only.delete()
    recompute_stale(now=NOW)
    services.update_standings()
    assert ranks() == [1, 1]


def test_somebody_who_is_no_rep_is_on_the_board_as_long_as_she_has_a_value(cast: Cast) -> None:
    only = deal(cast.mia, TODAY, 5)
    measure(only)
    assert ids() == [cast.mia.pk, cast.ana.pk, cast.ben.pk]
    note(only)
    only.delete()
    recompute_stale(now=NOW)
    services.update_standings()
    assert ids() == [cast.ana.pk, cast.ben.pk]


def test_teams_compete_at_the_leaves_of_the_tree(cast: Cast) -> None:
    measure(deal(cast.ana, TODAY, 5), deal(cast.ben, TODAY, 7))
    assert ids(Board(KPIS["revenue"], "team", JUNE)) == [cast.east.pk, cast.west.pk]


@pytest.mark.parametrize("seed", range(3))
def test_after_any_changes_valkey_holds_what_the_values_say(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    people = [cast.ana, cast.ben, cast.mia, *(rep(f"R{n}", cast) for n in range(6))]
    boards = [b for by in ("person", "team") for label in ("2026-06", "2026-Q2", "2026")
              for b in standings.boards_of(by, [parse_period(label)])]  # fmt: skip
    for _round in range(6):
        for board in dice.sample(boards, 12):
            read(board, Wanted(1, 0, None))
        deals = [deal(dice.choice(people), date(2026, dice.randint(5, 7), 9), dice.randint(-3, 9) * 100,
                      status=dice.choice(("won", "lost"))) for _deal in range(6)]  # fmt: skip
        old = list(Deal.objects.order_by("?")[:2])
        note(*deals, *old)
        Deal.objects.filter(pk__in=[d.pk for d in old]).delete()
        recompute_stale(now=NOW)
        services.update_standings()
        for board in boards:
            for subject in (None, dice.choice(people).pk, cast.west.pk):
                wanted = Wanted(4, 1, subject)
                assert read(board, wanted) == places.window(order(board), wanted)


def test_after_a_flush_the_board_is_built_from_the_values(cast: Cast) -> None:
    measure(deal(cast.ana, TODAY, 5), deal(cast.ben, TODAY, 9))
    before = ids()
    valkey().flushdb()
    assert rank_of(KPIS["revenue"], JUNE, cast.ana) == (2, 2)
    assert ids() == before == [cast.ben.pk, cast.ana.pk]


def test_while_valkey_is_away_the_board_comes_from_the_values(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    measure(deal(cast.ana, TODAY, 5), deal(cast.ben, TODAY, 9))
    monkeypatch.setattr(standings, "valkey", lambda: redis.Redis(unix_socket_path="/nowhere/valkey.sock"))
    assert ids() == [cast.ben.pk, cast.ana.pk]
    assert rank_of(KPIS["revenue"], JUNE, cast.ana) == (2, 2)


def test_an_update_that_valkey_misses_waits_in_its_note(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    measure(deal(cast.ana, TODAY, 5))
    assert ids() == [cast.ana.pk, cast.ben.pk]
    note(deal(cast.ben, TODAY, 9))
    recompute_stale(now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(standings, "valkey", lambda: redis.Redis(unix_socket_path="/nowhere/valkey.sock"))
        with pytest.raises(redis.ConnectionError):
            services.update_standings()
    assert StaleStanding.objects.count() == 3  # Ben, his team and the company
    services.update_standings()
    assert (ids(), StaleStanding.objects.count()) == ([cast.ben.pk, cast.ana.pk], 0)


def test_a_builder_that_read_before_an_update_starts_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    measure(deal(cast.ana, TODAY, 5))
    real = standings.members
    reads: list[object] = []

    def update_after_reading(boards: list[Board], **options: object) -> dict[Board, dict[int, str]]:
        found = real(boards, **options)  # type: ignore[arg-type]
        if not reads:
            reads.append(boards)
            measure(deal(cast.ben, TODAY, 9))
        return found

    monkeypatch.setattr(standings, "members", update_after_reading)
    assert ids() == [cast.ben.pk, cast.ana.pk]


def test_a_builder_that_read_before_a_flush_starts_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    measure(deal(cast.ana, TODAY, 5))
    real = standings.members
    reads: list[object] = []

    def flush_after_reading(boards: list[Board], **options: object) -> dict[Board, dict[int, str]]:
        found = real(boards, **options)  # type: ignore[arg-type]
        if not reads:
            reads.append(boards)
            KpiValue.objects.filter(subject_id=cast.ben.pk).delete()
            valkey().flushdb()
        return found

    monkeypatch.setattr(standings, "members", flush_after_reading)
    assert ranks() == [1, 2]


def test_a_rebuild_of_all_values_builds_every_board_anew(cast: Cast) -> None:
    measure(deal(cast.ana, TODAY, 5))
    assert ids() == [cast.ana.pk, cast.ben.pk]
    deal(cast.ben, TODAY, 9)
    rebuild_all(now=NOW)
    services.update_standings()
    assert ids() == [cast.ben.pk, cast.ana.pk]


def test_a_large_change_forgets_the_boards_instead(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BUILD_ANEW", 2)
    measure(deal(cast.ana, TODAY, 5))
    assert ids() == [cast.ana.pk, cast.ben.pk]
    note(deal(cast.ben, TODAY, 9))
    recompute_stale(now=NOW)
    assert list(StaleStanding.objects.values_list("subject_id", "month")) == [(None, date(2026, 6, 1))]
    services.update_standings()
    assert ids() == [cast.ben.pk, cast.ana.pk]
