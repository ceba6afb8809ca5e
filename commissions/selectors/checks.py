"""What the checklist of a period says by itself: each check looks at one thing, by one query or two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final, Literal, LiteralString

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.models import Adjustment, Dispute, Period, Run, Statement
from commissions.selectors.examples import versions_that_fail
from commissions.selectors.obstacles import unapproved
from commissions.selectors.periods import notes_reaching
from core.templatetags.juara import day, moment, money_text, number

VARIANCE_PERCENT: Final = 50  # of the mean of the three statements before: beyond it somebody should look
_FIGURE = 64  # characters

State = Literal["good", "look", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    state: State
    figure: str  # what a tick remembers: another one makes it out of date
    shown: str  # the figure as its reader writes it
    text: str  # what that is, and what to do


_DEALS: Final[LiteralString] = """
SELECT (SELECT max(finished_at) FROM sales_import WHERE kind = 'deals' AND status = 'done' AND NOT dry_run),
    max(d.updated_at), max(d.closed_on), count(*),
    count(*) FILTER (WHERE d.owner_id IS NULL AND NOT EXISTS (SELECT FROM sales_dealshare s WHERE s.deal_id = d.id))
FROM sales_deal d WHERE d.status = 'won' AND d.closed_on >= %s AND d.closed_on < %s
"""
_NOTICED: Final[LiteralString] = """
SELECT count(DISTINCT notice->>'deal') FROM commissions_statement s, jsonb_array_elements(s.notices) notice
WHERE s.period_id = %s AND s.notices <> '[]' AND notice->>'code' = 'rate_missing'
"""
_WITHOUT_PLAN: Final[LiteralString] = """
SELECT count(*), min(u.name) FROM accounts_user u WHERE u.is_active AND 'rep' = ANY(u.roles) AND NOT EXISTS (
    SELECT FROM commissions_assignment a WHERE a.payee_id = u.id AND a.during && daterange(%s, %s)
)
"""
_UNACCEPTED: Final[LiteralString] = """
SELECT count(DISTINCT asked.payee_id) FROM (
    SELECT a.payee_id, v.id FROM commissions_assignment a
    JOIN commissions_planversion v ON v.plan_id = a.plan_id AND v.status <> 'draft'
        AND v.during * a.during && daterange(%s, %s)
    JOIN accounts_user u ON u.id = a.payee_id AND u.is_active
    WHERE v.document->>'period' = %s AND commissions_first_month(v.document) = %s
) asked
WHERE NOT EXISTS (
    SELECT FROM commissions_acceptance done WHERE done.payee_id = asked.payee_id AND done.plan_version_id = asked.id
)
"""
_BALANCES: Final[LiteralString] = """
SELECT s.currency, sum(t.owed_after_minor), sum(t.held_after_minor),
    count(DISTINCT s.payee_id) FILTER (WHERE t.owed_after_minor <> 0 OR t.held_after_minor <> 0)
FROM commissions_settlement t JOIN commissions_statement s ON s.id = t.statement_id
WHERE s.period_id = %s GROUP BY s.currency ORDER BY s.currency
"""
# By how much a statement differs from the mean of up to three before it: compared as a whole number of parts, so that
# nothing is rounded.
OUTLIERS: Final[LiteralString] = """
SELECT s.id FROM commissions_statement s
JOIN LATERAL (
    SELECT count(*) AS n, sum(payable_minor) AS total FROM (
        SELECT earlier.payable_minor FROM commissions_statement earlier
        JOIN commissions_period p ON p.id = earlier.period_id
        WHERE earlier.payee_id = s.payee_id AND earlier.currency = s.currency
            AND p.kind = %s AND p.first_month = %s AND p.start < %s
        ORDER BY p.start DESC LIMIT 3
    ) last
) before ON before.n > 0
WHERE s.period_id = %s AND abs(s.payable_minor * before.n - before.total) * 100 > abs(before.total) * %s
"""

_COUNT_OUTLIERS: Final[LiteralString] = "SELECT count(*) FROM (" + OUTLIERS + ") found"  # noqa: S608 our own text


def deals(period: Period) -> tuple[Finding, Finding]:
    """Until when data came in, and how many won deals of the period belong to nobody."""
    imported, changed, closed, won, orphans = _row(_DEALS, period.start, period.end)
    return _until(period, imported, changed, closed, won), _orphans(orphans)


def _until(
    period: Period, imported: datetime | None, changed: datetime | None, closed: date | None, won: int
) -> Finding:
    if not won:
        text = _("No deal was won in this period. Import or enter the deals, then calculate again.")
        return Finding("bad", "", "–", text)
    latest = max(at for at in (imported, changed) if at)
    until = timezone.localdate(latest)
    words = {"deals": number(won), "last": day(closed), "at": moment(latest)}
    if until < period.end:
        text = _(
            "%(deals)s won deals, the last of %(last)s; nothing came in after %(at)s, before the period's end. Import "
            "what is missing, or tick this off if that was all."
        )
        return Finding("look", f"{until} {won}", day(until), text % words)
    text = _("%(deals)s won deals, the last of %(last)s; the latest data came in on %(at)s, after the period's end.")
    return Finding("good", f"{until} {won}", day(until), text % words)


def _orphans(count: int) -> Finding:
    text = ngettext(
        "%(n)s won deal has no owner and no shares, so nobody is paid for it. Open it and enter whose it is.",
        "%(n)s won deals have no owner and no shares, so nobody is paid for them. Open each and enter whose it is.",
        count,
    )
    return _counted(count, text, _("Every won deal has an owner or shares."))


def without_rate(period: Period) -> Finding:
    (count,) = _row(_NOTICED, period.pk)
    text = ngettext(
        "%(n)s deal does not count because an exchange rate is missing. Enter the rate: it counts by itself then.",
        "%(n)s deals do not count because exchange rates are missing. Enter them: they count by themselves then.",
        count,
    )
    return _counted(count, text, _("No deal lacks an exchange rate."))


def calculated(period: Period) -> Finding:
    """Whether the statements show all that is known: the last run done, and no change waiting."""
    run = Run.objects.filter(period=period, scope=Run.Scope.ALL, kind=Run.Kind.CALCULATE).order_by("-pk").first()
    waiting = notes_reaching(period).values("payee_id").distinct().count()
    if run is None:
        text = _(
            "This period was never calculated for everybody, so somebody may lack a statement. Calculate it for all."
        )
        return Finding("bad", "", "–", text)
    if run.status != Run.Status.DONE:
        text = _("The last calculation of everybody is not done. See under Runs why, then calculate again.")
        return Finding("bad", run.status, str(run.get_status_display()), text)
    if waiting:
        text = ngettext(
            "A change that concerns %(n)s payee waits to be calculated. It takes some seconds.",
            "Changes that concern %(n)s payees wait to be calculated. It takes some seconds.",
            waiting,
        )
        return Finding("look", f"{waiting}", number(waiting), text % {"n": number(waiting)})
    at = timezone.localtime(run.finished_at) if run.finished_at else None
    text = _("Everybody was calculated on %(at)s, and every change since.") % {"at": moment(at)}
    return Finding("good", "done", day(at.date() if at else None), text)


def without_plan(period: Period) -> Finding:
    count, first = _row(_WITHOUT_PLAN, period.start, period.end)
    text = ngettext(
        "%(n)s rep is on no plan in this period: %(first)s. Assign one, or tick this off if that is right.",
        "%(n)s reps are on no plan in this period, such as %(first)s. Assign one, or tick this off if that is right.",
        count,
    )
    return _counted(count, text, _("Every active rep is on a plan."), first=first)


def unaccepted(period: Period) -> Finding:
    (count,) = _row(_UNACCEPTED, period.start, period.end, period.kind, period.first_month)
    text = ngettext(
        "%(n)s payee has not accepted the plan that pays this period. Remind her or him.",
        "%(n)s payees have not accepted the plans that pay this period. Remind them.",
        count,
    )
    return _counted(count, text, _("Everybody has accepted the plans that pay this period."), state="look")


def failing_examples(period: Period) -> Finding:
    names = versions_that_fail(period)
    text = ngettext(
        "An example of %(names)s no longer comes out as it was agreed: the plan pays something else than it says.",
        "Examples of %(names)s no longer come out as they were agreed: the plans pay something else than they say.",
        len(names),
    )
    return _counted(len(names), text, _("Every example of the plans in force holds."), names=", ".join(names))


def balances(period: Period) -> Finding:
    """What payees still owe of draws after this period, and what is held back of their pay."""
    rows = [row for row in _rows(_BALANCES, period.pk) if row[1] or row[2]]
    if not rows:
        return Finding("good", "0", number(0), _("Nobody owes anything of a draw, and nothing is held back."))
    payees = sum(row[3] for row in rows)
    parts = list(_balance_words(rows))
    figure = " ".join(f"{currency}:{owed}:{held}" for currency, owed, held, _payees in rows)
    text = _("%(parts)s. It goes on to the next period; see whether that is meant.") % {"parts": "; ".join(parts)}
    return Finding("look", figure, number(payees), text)


def _balance_words(rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    for currency, owed, held, _payees in rows:
        if owed:
            yield _("%(amount)s owed of draws") % {"amount": money_text(int(owed), currency)}
        if held:
            yield _("%(amount)s held back") % {"amount": money_text(int(held), currency)}


def undecided(period: Period) -> Finding:
    count = Adjustment.objects.filter(period=period, status=Adjustment.Status.PROPOSED).count()
    text = ngettext(
        "%(n)s adjustment waits for a decision. Approve, reject or withdraw it.",
        "%(n)s adjustments wait for a decision. Approve, reject or withdraw each.",
        count,
    )
    return _counted(count, text, _("No adjustment waits for a decision."))


def disputed(period: Period) -> Finding:
    count = Dispute.objects.standing().filter(period=period).count()
    text = ngettext(
        "%(n)s dispute has not ended. Answer it, or decide about it.",
        "%(n)s disputes have not ended. Answer them, or decide about each.",
        count,
    )
    return _counted(count, text, _("Nobody disputes a statement of this period."), state="look")


def outliers(period: Period) -> Finding:
    (count,) = _row(_COUNT_OUTLIERS, *outlier_values(period))
    text = ngettext(
        "%(n)s statement pays over %(percent)s%% more or less than the mean of the three before it. See why.",
        "%(n)s statements pay over %(percent)s%% more or less than the mean of the three before. See why.",
        count,
    )
    good = _("No statement differs by more than %(percent)s%% from the mean of the three before it.")
    percent = {"percent": VARIANCE_PERCENT}
    return _counted(count, text, good % percent, state="look", **percent)


def unusual(period: Period) -> QuerySet[Statement]:
    """The statements that differ from those before them by more than VARIANCE_PERCENT."""
    return Statement.objects.filter(pk__in=RawSQL(OUTLIERS, outlier_values(period)))  # noqa: S611 our own text


def outlier_values(period: Period) -> list[Any]:
    """What OUTLIERS is asked with."""
    return [period.kind, period.first_month, period.start, period.pk, VARIANCE_PERCENT]


def not_approved(period: Period) -> Finding:
    count = unapproved(period).count()
    text = ngettext(
        "%(n)s statement is not approved as it is now. Have it approved, or except it by name with a reason.",
        "%(n)s statements are not approved as they are now. Have them approved, or except each by name with a reason.",
        count,
    )
    return _counted(count, text, _("Every statement is approved, or excepted by name."))


def _counted(count: int, text: str, good: str, *, state: State = "bad", **words: object) -> Finding:
    if not count:
        return Finding("good", "0", number(0), good)
    return Finding(state, f"{count}", number(count), text % {"n": number(count), **words})


def short(figure: str) -> str:
    """A figure that a tick's column can hold; a long one by its hash."""
    return figure if len(figure) <= _FIGURE else sha256(figure.encode()).hexdigest()


def _row(query: LiteralString, *values: Any) -> Any:  # noqa: ANN401 as the database has them
    return _rows(query, *values)[0]


def _rows(query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
    with connection.cursor() as cursor:
        cursor.execute(query, list(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
