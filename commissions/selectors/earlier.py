"""What the statements before one leave to it: what was earned of which something still waits, or may be taken back."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

import polars as pl
from django.db import connection

from commissions.engine.calculate import Inputs
from commissions.engine.frames import EARLIER, RELEASED
from commissions.engine.payout import waits_for
from commissions.engine.releases import NOTHING_EARLIER, Earlier
from commissions.engine.schema import Due
from commissions.models import Period
from commissions.selectors.documents import documents_of_versions
from commissions.selectors.inputs import payments_of
from core.copy import copy_out

_OF_THESE: Final[LiteralString] = """
JOIN commissions_statement statement ON statement.id = %(table)s.statement_id AND statement.payee_id = ANY(%%s)
JOIN commissions_period period ON period.id = statement.period_id AND period.kind = %%s
    AND period.first_month = %%s AND period."end" <= %%s
JOIN commissions_planversion version ON version.id = %(table)s.plan_version_id
"""
_VERSIONS: Final = "SELECT DISTINCT version.id FROM commissions_release release" + _OF_THESE % {"table": "release"}
# What is all paid stays out, however long the history, unless facts say that it should not be all paid, or that it may
# be taken back in this very statement.
_RELEASED: Final[LiteralString] = (
    """
SELECT found.payee, found.plan, found.component, found.deal, found.role, found.earned_on, found.plan_version,
    found.amount, found.held, found.since
FROM (
    SELECT statement.payee_id AS payee, version.plan_id AS plan, release.component, release.deal_id AS deal,
        release.role, (array_agg(release.earned_on ORDER BY period."end"))[1] AS earned_on,
        (array_agg(release.plan_version_id ORDER BY period."end"))[1] AS plan_version,
        sum(release.earned_minor - release.held_minor + release.released_minor)::bigint AS amount,
        (array_agg(release.held_after_minor ORDER BY period."end" DESC))[1] AS held, min(period.start) AS since
    FROM commissions_release release"""
    + _OF_THESE % {"table": "release"}
    + """
    GROUP BY statement.payee_id, version.plan_id, release.component, release.deal_id, release.role,
        CASE WHEN release.deal_id IS NULL THEN release.earned_on END
) found
LEFT JOIN sales_deal deal ON deal.id = found.deal
WHERE found.held <> 0 OR found.deal = ANY(%s)
    OR (found.plan_version = ANY(%s) AND (deal.invoiced_on IS NULL OR deal.invoiced_on >= %s))
    OR (found.plan_version = ANY(%s) AND deal.amount_minor <> (
        SELECT coalesce(sum(payment.amount_minor), 0) FROM sales_payment payment
        WHERE payment.deal_id = deal.id AND payment.paid_on < %s
    ))
ORDER BY 1, 2, 3, 4, 5, 6
"""
)
_LINES: Final[LiteralString] = (
    """
SELECT statement.payee_id, version.plan_id, line.plan_version_id, line.component, line.deal_id, line.role, line.kind,
    line.event, line.date, line.credited_minor, line.amount_minor, deal.amount_minor, deal.invoiced_on, period.start
FROM commissions_earningline line"""
    + _OF_THESE % {"table": "line"}
    + """
LEFT JOIN sales_deal deal ON deal.id = line.deal_id
WHERE """
)


def earlier(*, payees: Sequence[int], period: Period, inputs: Inputs, also: Sequence[int] = ()) -> Earlier:
    """What these payees' statements of the same kind before a period leave to it. `also` are deals that move something
    in its statements, beside those of the inputs.

    One query where no plan of theirs ever made pay wait.
    """
    before: list[Any] = [list(payees), period.kind, period.first_month, period.start]
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, before)
        versions = documents_of_versions(pk for (pk,) in cursor.fetchall())
    given = [*inputs.deals["deal"], *also]
    if not versions:
        waits = any(waits_for(document, Due.PAID, Due.PAID_IN_FULL) for document in inputs.versions.values())
        return _with_payments(NOTHING_EARLIER, given) if waits else NOTHING_EARLIER
    invoiced, paid = (
        [pk for pk, document in versions.items() if waits_for(document, *dues)]
        for dues in ((Due.INVOICED,), (Due.PAID, Due.PAID_IN_FULL))
    )
    known = [*before, given, invoiced, period.end, paid, period.end]
    found = copy_out(_RELEASED, known, {**RELEASED, "since": pl.Date})
    lines, released = _lines(before, found), found.select(list(RELEASED))
    return _with_payments(Earlier(lines, released, NOTHING_EARLIER.payments, versions), [*given, *lines["deal"]])


def _with_payments(found: Earlier, deals: Sequence[int | None]) -> Earlier:
    known = sorted({deal for deal in deals if deal is not None})
    return Earlier(found.lines, found.released, payments_of(known), found.versions)


def _lines(before: list[Any], released: pl.DataFrame) -> pl.DataFrame:
    """The lines of what is released, of the first statement on that did so; those without a deal by their day."""
    group = ["payee", "plan", "component", "deal", "role"]
    schema = {**EARLIER, "stands": pl.Date()}
    deals = released["deal"].drop_nulls().unique().to_list()
    found = copy_out(_LINES + "line.deal_id = ANY(%s)", [*before, deals], schema)
    own = _since(found, released.select(*group, "since"), group)
    days = released.filter(pl.col("deal").is_null())["earned_on"].unique().to_list()
    if not days:
        return own
    others = copy_out(_LINES + "line.deal_id IS NULL AND line.date = ANY(%s)", [*before, days], schema)
    without = released.filter(pl.col("deal").is_null()).select(*group, "since", date="earned_on")
    return pl.concat([own, _since(others, without, [*group, "date"])])


def _since(lines: pl.DataFrame, released: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    """By the statements in which they stand: a true-up has an earlier day."""
    known = lines.join(released, on=group, nulls_equal=True, maintain_order="left")
    return known.filter(pl.col("stands") >= pl.col("since")).select(list(EARLIER))
