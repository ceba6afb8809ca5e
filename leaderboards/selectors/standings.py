"""The orders in Valkey: read in one step, built from the values where one is missing."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.db import connection
from redis import Redis, RedisError

from core.periods import Period
from kpis.models import SubjectKind
from kpis.selectors import KPIS, Kpi
from leaderboards.engine import places
from leaderboards.engine.places import Standing, Wanted, Window

logger = logging.getLogger(__name__)

LIFETIME = 3600  # seconds, then it is built anew: names and participants are at most that old
_BUILD_SECONDS = 10  # of one builder, while the others wait for it
_CHUNK = 2000

# Order and members belong together: read and written by scripts alone. The empty field says that the board is built.
_READ = f"""
if redis.call('HEXISTS', KEYS[2], '') == 0 then return false end
local total = redis.call('ZCARD', KEYS[1])
local top = {{}}
if tonumber(ARGV[1]) > 0 then top = redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1) end
local mine = redis.call('HGET', KEYS[2], ARGV[3])
if not mine then return {{total, top}} end
local at = redis.call('ZRANK', KEYS[1], mine)
local from = math.max(0, at - ARGV[2])
local around = redis.call('ZRANGE', KEYS[1], from, at + ARGV[2])
local key = string.sub(around[1], 1, {places.WIDTH})
local better = redis.call('ZLEXCOUNT', KEYS[1], '-', '(' .. key)
local ahead = redis.call('ZREVRANGEBYLEX', KEYS[1], '(' .. key, '-', 'LIMIT', 0, 1)
return {{total, top, at - from, from, around, better + 1, ahead[1] or ''}}
"""
# The new token makes a builder that has read older values start over.
_UPDATE = f"""
redis.call('SET', KEYS[3], ARGV[1], 'EX', {LIFETIME})
if redis.call('HEXISTS', KEYS[2], '') == 0 then return end
for i = 2, #ARGV, 2 do
    local old = redis.call('HGET', KEYS[2], ARGV[i])
    if old ~= ARGV[i + 1] then
        if old then redis.call('ZREM', KEYS[1], old) end
        if ARGV[i + 1] == '' then
            redis.call('HDEL', KEYS[2], ARGV[i])
        else
            redis.call('ZADD', KEYS[1], 0, ARGV[i + 1])
            redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
        end
    end
end
"""
_FORGET = f"""
redis.call('SET', KEYS[3], ARGV[1], 'EX', {LIFETIME})
redis.call('UNLINK', KEYS[1], KEYS[2])
"""
_PUT = f"""
if redis.call('GET', KEYS[3]) ~= ARGV[1] then
    redis.call('UNLINK', KEYS[4], KEYS[5])
    return 0
end
redis.call('UNLINK', KEYS[1])
if redis.call('EXISTS', KEYS[4]) == 1 then
    redis.call('RENAME', KEYS[4], KEYS[1])
    redis.call('EXPIRE', KEYS[1], {LIFETIME})
end
redis.call('RENAME', KEYS[5], KEYS[2])
redis.call('EXPIRE', KEYS[2], {LIFETIME})
return 1
"""

# Who takes part: whoever has a value; and without one, reps (teams) who had a team (a member) in the period. Of teams,
# those at the tree's leaves: one above would always beat the ones that it contains.
_BOARDS = """
FROM unnest(%(kpis)s::text[], %(kinds)s::text[], %(starts)s::date[], %(ends)s::date[])
    AS b(kpi, kind, starts_on, ends_on)
"""
_VALUE = """
LEFT JOIN kpis_kpivalue v ON v.kpi = b.kpi AND v.subject_kind = %(by)s AND v.subject_id = s.id
    AND v.period_kind = b.kind AND v.period_start = b.starts_on
"""
_PEOPLE = f"""
{_BOARDS} CROSS JOIN accounts_user s {_VALUE}
WHERE (%(ids)s::bigint[] IS NULL OR s.id = ANY(%(ids)s)) AND (v.id IS NOT NULL OR (
    s.is_active AND 'rep' = ANY(s.roles) AND EXISTS (
        SELECT FROM accounts_membership m WHERE m.user_id = s.id AND m.during && daterange(b.starts_on, b.ends_on)
    )
))
"""
_TEAMS = f"""
{_BOARDS} CROSS JOIN accounts_team s {_VALUE}
WHERE (%(ids)s::bigint[] IS NULL OR s.id = ANY(%(ids)s))
AND NOT EXISTS (SELECT FROM accounts_team child WHERE child.parent_id = s.id)
AND (v.id IS NOT NULL OR EXISTS (
    SELECT FROM accounts_membership m WHERE m.team_id = s.id AND m.during && daterange(b.starts_on, b.ends_on)
))
"""  # noqa: S608 - constant texts
_TAKE_PART = {SubjectKind.PERSON.value: _PEOPLE, SubjectKind.TEAM.value: _TEAMS}
_MEMBERS = "SELECT b.kpi, b.kind, b.starts_on, s.id, s.name, v.numerator, v.denominator"
_NO_VALUE = "AND coalesce(v.denominator, 0) = 0 ORDER BY s.id = %(me)s DESC, s.name, s.id LIMIT %(limit)s"


@dataclass(frozen=True, slots=True)
class Board:
    kpi: Kpi
    by: str  # SubjectKind
    period: Period

    @property
    def name(self) -> str:
        return f"{self.kpi.key}-{self.by}-{self.period.label}"

    @property
    def channel(self) -> str:
        return f"board-{self.name}"

    @property
    def keys(self) -> tuple[str, str, str]:
        """Of its order, its members by subject, and the token of its latest change."""
        return (f"standings:{self.name}:order", f"standings:{self.name}:members", f"standings:{self.name}:token")


def boards_of(by: str, periods: Iterable[Period]) -> list[Board]:
    return [Board(kpi, by, period) for period in periods for kpi in KPIS.values()]


@cache
def valkey() -> Redis:
    return Redis.from_url(settings.REDIS_URL, decode_responses=True)


def read(board: Board, wanted: Wanted) -> Window:
    """The window of a board; straight from the values while Valkey is away."""
    try:
        return _read(board, wanted) or _build(board, wanted)
    except RedisError as lost:
        logger.warning("Standings are read from the database, Valkey is away: %s", lost)
        return places.window(order(board), wanted)


def order(board: Board) -> list[Standing]:
    """The whole order from the values."""
    return [Standing.read(member) for member in sorted(members([board])[board].values(), key=str.encode)]


def members(boards: Sequence[Board], *, ids: list[int] | None = None) -> dict[Board, dict[int, str]]:
    """The member of each subject that has a rank, on boards of one kind of subject; of all, or of these subjects."""
    found: dict[Board, dict[int, str]] = {board: {} for board in boards}
    by_name = {(board.kpi.key, board.period.kind.value, board.period.start): board for board in boards}
    for kpi, kind, starts_on, subject_id, name, numerator, denominator in _rows(boards, ids):
        board = by_name[kpi, kind, starts_on]
        if numerator is None and board.kpi.is_total:
            numerator, denominator = 0, 1
        if denominator:
            found[board][subject_id] = places.write(
                subject_id, name, int(numerator), int(denominator), higher_is_better=board.kpi.higher_is_better
            )
    return found


def without_value(board: Board, *, limit: int, me: int | None) -> list[int]:
    """Who takes part but has no value to be ranked by, oneself first, then by name."""
    statement = f"SELECT s.id {_TAKE_PART[board.by]} {_NO_VALUE}"
    rows = _query(statement, {**_params([board], None), "limit": limit, "me": me or 0})
    return [subject_id for (subject_id,) in rows]


def _rows(boards: Sequence[Board], ids: list[int] | None) -> list[Any]:
    return _query(f"{_MEMBERS} {_TAKE_PART[boards[0].by]}", _params(boards, ids))


def _params(boards: Sequence[Board], ids: list[int] | None) -> dict[str, Any]:
    return {
        "by": boards[0].by,
        "ids": ids,
        "kpis": [board.kpi.key for board in boards],
        "kinds": [board.period.kind.value for board in boards],
        "starts": [board.period.start for board in boards],
        "ends": [board.period.end for board in boards],
    }


def _query(statement: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[Any] = cursor.fetchall()
        return rows


def update(changed: Mapping[Board, Mapping[int, str]]) -> None:
    """Write these subjects' members (an empty one takes a subject off) to the boards that are built."""
    pipeline = valkey().pipeline(transaction=False)
    for board, subjects in changed.items():
        pairs = [word for subject_id, member in subjects.items() for word in (str(subject_id), member)]
        pipeline.eval(_UPDATE, 3, *board.keys, uuid4().hex, *pairs)
    pipeline.execute()


def forget(boards: Iterable[Board]) -> None:
    """Take boards away; who looks next builds them."""
    pipeline = valkey().pipeline(transaction=False)
    for board in boards:
        pipeline.eval(_FORGET, 3, *board.keys, uuid4().hex)
    pipeline.execute()


def forget_all() -> None:
    client = valkey()
    found = cast("Iterator[str]", client.scan_iter("standings:*", count=1000))
    while keys := list(islice(found, 1000)):
        client.unlink(*keys)


def _read(board: Board, wanted: Wanted) -> Window | None:
    me = "-" if wanted.subject_id is None else str(wanted.subject_id)
    words = (str(wanted.top), str(wanted.around), me)
    reply = cast("list[Any] | None", valkey().eval(_READ, 2, *board.keys[:2], *words))
    if reply is None:
        return None
    best = places.rank(map(Standing.read, reply[1]))
    if len(reply) == 2:  # the subject has no rank
        return Window(reply[0], best, [], None)
    total, _top, index, position, stretch, first_rank, ahead = reply
    rows = places.rank(
        map(Standing.read, stretch),
        position=position,
        first_rank=first_rank,
        ahead=Standing.read(ahead) if ahead else None,
    )
    return Window(total, best, rows, rows[index])


def _build(board: Board, wanted: Wanted) -> Window:
    """Build a board from the values and read it.

    One process builds, the others wait. 1. Take the board's token. 2. Read the values. 3. Write them under other
    names. 4. Put them in place unless an update has changed the token meanwhile: then its values may be missing here.
    """
    client, building = valkey(), f"standings:{board.name}:building"
    for _attempt in range(5):
        if not client.set(building, "1", nx=True, ex=_BUILD_SECONDS):
            _wait_for(building)
        else:
            try:
                _write(board)
            finally:
                client.delete(building)
        window = _read(board, wanted)
        if window:
            return window
    return places.window(order(board), wanted)


def _wait_for(building: str) -> None:
    for _attempt in range(100 * _BUILD_SECONDS):
        if not valkey().exists(building):
            return
        time.sleep(0.01)


def _write(board: Board) -> None:
    client = valkey()
    client.set(board.keys[2], uuid4().hex, nx=True, ex=LIFETIME)
    token = cast("str | None", client.get(board.keys[2])) or ""
    entries = iter(members([board])[board].items())
    new = f"standings:{board.name}:new:{uuid4().hex}"
    pipeline = client.pipeline(transaction=False)
    pipeline.hset(f"{new}:members", "", "built")
    while chunk := dict(islice(entries, _CHUNK)):
        pipeline.zadd(f"{new}:order", dict.fromkeys(chunk.values(), 0))
        pipeline.hset(f"{new}:members", mapping={str(subject_id): member for subject_id, member in chunk.items()})
    pipeline.expire(f"{new}:order", 60)
    pipeline.expire(f"{new}:members", 60)
    pipeline.execute()
    client.eval(_PUT, 5, *board.keys, f"{new}:order", f"{new}:members", token)
