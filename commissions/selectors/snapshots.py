"""What closed statements were computed from, and what stands of them, for bundles and for the check of all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import polars as pl
from django.db import connection

from accounts.models import User
from commissions.engine.bundles.bundle import NOTHING, About, bundle, from_inputs_files, recompute
from commissions.engine.bundles.files import Recorded
from commissions.engine.bundles.pack import unpack
from commissions.engine.bundles.reduced import reduced
from commissions.engine.bundles.statement import ADJUSTMENTS, Statements, differences, statements
from commissions.engine.computed import Computed
from commissions.engine.frames import LINES, NOTICES, RELEASES, SETTLEMENTS, Schema
from commissions.models import Period, Snapshot, Statement
from commissions.selectors.columns import COLUMNS
from core.copy import copy_out

_KEY: Final[Schema] = {"payee": pl.Int64(), "currency": pl.String()}
_OF_THESE: Final[LiteralString] = """
JOIN commissions_statement s ON s.id = row.statement_id AND s.period_id = %s AND s.payee_id = ANY(%s)
JOIN commissions_planversion v ON v.id = row.plan_version_id
"""
_LINE: Final = {column: name for column, name in COLUMNS.items() if column != "statement_id"}
_LINES: Final[LiteralString] = (
    "SELECT s.payee_id, s.currency, v.plan_id, "  # noqa: S608
    + ", ".join("row." + column for column in _LINE)
    + " FROM commissions_earningline row"
    + _OF_THESE
)
_SETTLED: Final[tuple[LiteralString, ...]] = (
    "earned", "held", "released", "advanced", "recovered", "forgiven", "carried", "owed_before", "owed_after",
    "held_after", "payable",
)  # fmt: skip
_SETTLEMENTS: Final[LiteralString] = (
    "SELECT s.currency, s.payee_id, row.plan_id, row.plan_version_id, "  # noqa: S608
    + ", ".join("row." + name + "_minor" for name in _SETTLED)
    + " FROM commissions_settlement row"
    + _OF_THESE
)
_RELEASES: Final[LiteralString] = (
    """
SELECT s.currency, s.payee_id, v.plan_id, row.plan_version_id, row.component, row.deal_id, row.role, row.earned_on,
    row.earned_minor, row.held_minor, row.released_minor, row.held_after_minor, row.due, row.states
FROM commissions_release row"""
    + _OF_THESE
)
_TOTALS: Final = """
SELECT payee_id, currency, total_minor, payable_minor, adjusted_minor, notices::text FROM commissions_statement
WHERE period_id = %s AND payee_id = ANY(%s)
"""
_ADJUSTMENTS: Final = """
SELECT payee_id, currency, id, kind, amount_minor, reason FROM commissions_adjustment
WHERE period_id = %s AND payee_id = ANY(%s) AND status = 'approved'
"""


def adjustments_of(period: Period, payees: Sequence[int]) -> pl.DataFrame:
    """ADJUSTMENTS that count in the statements of these payees."""
    return copy_out(_ADJUSTMENTS, [period.pk, list(payees)], ADJUSTMENTS)


def standing(period: Period, payees: Sequence[int]) -> dict[int, Statements]:
    """The statements of these payees as they stand, by payee, in the form of `bundles.statement`."""
    asked: list[Any] = [period.pk, list(payees)]
    lines = {**_KEY, "plan": pl.Int64(), **{name: LINES[name] for name in _LINE.values()}}
    currency: Schema = {"currency": pl.String()}
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, asked)
        rows = cursor.fetchall()
    totals = [(payee, code, total, payable - adjusted) for payee, code, total, payable, adjusted, _told in rows]
    found = statements(
        Computed(
            lines=copy_out(_LINES, asked, lines),
            totals=pl.DataFrame(totals, schema={**_KEY, "total": pl.Int64(), "payable": pl.Int64()}, orient="row"),
            notices=pl.DataFrame(schema=NOTICES),
            settlements=copy_out(_SETTLEMENTS, asked, currency | SETTLEMENTS),
            releases=copy_out(_RELEASES, asked, currency | RELEASES),
        ),
        adjustments_of(period, payees),
    )
    for payee, code, _total, payable, adjusted, told in rows:  # as they stand, whatever they are the sums of
        found[payee]["statements"][code] |= {"adjusted": adjusted, "payable": payable}
        found[payee]["notices"] = _notices(told)
    return found


def _notices(told: str) -> list[dict[str, Any]]:
    rows = [{name: row[name] for name in ("deal", "code", "detail")} for row in json.loads(told)]
    return sorted(rows, key=lambda row: (row["code"], row["detail"], row["deal"] is None, row["deal"] or 0))


def snapshot_of(statement: Statement) -> Snapshot | None:
    """What a closed statement was computed from; None of one that moves, or closed before there were snapshots."""
    found: Snapshot | None = (
        Snapshot.objects.defer("content")
        .filter(period=statement.period_id, payees__contains=[statement.payee_id])
        .exclude(period__status__in=Period.MOVING)
        .first()
    )
    return found


def recorded_of(snapshot: Snapshot) -> tuple[Recorded, pl.DataFrame]:
    """The inputs and the adjustments in it. Raises BundleRefused."""
    return from_inputs_files(unpack(bytes(snapshot.content)))


def statement_bundle(snapshot: Snapshot, payee: User, *, version: str) -> bytes:
    """The bundle of a payee's statements of a closed period, made of her part of the snapshot."""
    recorded, adjustments = recorded_of(snapshot)
    part = reduced(recorded.inputs, payee.pk).inputs
    stands = standing(snapshot.period, [payee.pk]).get(payee.pk, NOTHING)
    about = About(payee.pk, payee.name, snapshot.period.label, version, snapshot.inputs_hash)
    own = adjustments.filter(pl.col("payee") == payee.pk)
    return bundle(Recorded(part, recorded.start, recorded.end), own, stands, about)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of recomputing the statements of a snapshot."""

    period: str
    payees: int
    lines: int
    differences: tuple[tuple[int, str], ...]  # by payee


def checked(snapshot: Snapshot) -> Checked:
    """Recompute every statement of a snapshot, and compare it with what stands. Raises BundleRefused."""
    recorded, adjustments = recorded_of(snapshot)
    again = recompute(recorded, adjustments, snapshot.payees)
    stands = standing(snapshot.period, snapshot.payees)
    found = [
        (payee, text)
        for payee in sorted({*again, *stands})
        for text in differences(stands.get(payee, NOTHING), again.get(payee, NOTHING))
    ]
    lines = sum(len(row["lines"]) for each in stands.values() for row in each["statements"].values())
    return Checked(snapshot.period.label, len(snapshot.payees), lines, tuple(found))
