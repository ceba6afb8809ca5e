"""Lists of statements and periods as pages filter, sort and page through them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import ReportingLine, User
from commissions.models import Period, Run, Statement
from commissions.selectors.periods import CurrencyTotal, period_rows_of
from core import periods

_ORDERS = {"name": "payee__name", "payable": "payable_minor", "-payable": "-payable_minor"}


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period in the list: what it owes, and how its latest run went."""

    period: Period
    totals: tuple[CurrencyTotal, ...]
    run: Run | None


@dataclass(frozen=True, slots=True)
class Siblings:
    """The payee's statements before and after one, in the same currency, kind of period and years."""

    earlier: Statement | None
    later: Statement | None


def statements_matching(
    statements: QuerySet[Statement], *, text: str, period: periods.Period | None
) -> QuerySet[Statement]:
    """The statements of payees whose name or e-mail holds the text, of one period if it is given."""
    if text:
        statements = statements.filter(Q(payee__name__icontains=text) | Q(payee__email__icontains=text))
    if period:
        statements = statements.filter(period__in=period_rows_of(period))
    return statements


def sees_others(user: User, today: date) -> bool:
    """Whether a list of statements can hold another's, so that its rows must say whose they are."""
    return user.sees_everyone or ReportingLine.objects.filter(manager=user, during__contains=today).exists()


def statement_periods(user: User, today: date) -> list[Period]:
    """The periods of which a person can see a statement, the latest first."""
    visible = Statement.objects.visible_to(user, today).filter(period=OuterRef("pk"))
    return list(Period.objects.filter(Exists(visible)).order_by("-start", "kind", "first_month"))


def siblings(statement: Statement) -> Siblings:
    same = Statement.objects.filter(
        payee=statement.payee_id,
        currency=statement.currency,
        period__kind=statement.period.kind,
        period__first_month=statement.period.first_month,
    ).select_related("period")
    start = statement.period.start
    return Siblings(
        earlier=same.filter(period__start__lt=start).order_by("-period__start").first(),
        later=same.filter(period__start__gt=start).order_by("period__start").first(),
    )


def payees_matching(
    statements: QuerySet[Statement],
    *,
    text: str,
    order: str,
    with_notices: bool,
    only: QuerySet[Statement] | None = None,
) -> QuerySet[Statement]:
    """A period's statements as its page shows them; within one amount, and always at last, by name."""
    if text:
        statements = statements.filter(Q(payee__name__icontains=text) | Q(payee__email__icontains=text))
    if only is not None:
        statements = statements.filter(pk__in=only.values("pk"))
    if with_notices:
        statements = statements.exclude(notices=[])
    return statements.order_by(_ORDERS[order], "payee__name", "payee", "currency")


def period_rows(shown: Sequence[Period]) -> list[PeriodRow]:
    """Totals and latest run of each period: two queries, however many periods."""
    keys = [period.pk for period in shown]
    totals: dict[int, list[CurrencyTotal]] = defaultdict(list)
    found = Statement.objects.filter(period__in=keys).values("period", "currency")
    sums = found.annotate(payees=Count("payee"), total=Sum("total_minor"), payable=Sum("payable_minor"))
    for row in sums.order_by("currency"):
        totals[row["period"]].append(CurrencyTotal(row["currency"], row["payees"], row["total"], row["payable"]))
    latest = Run.objects.filter(period__in=keys).order_by("period", "-started_at", "-pk").distinct("period")
    runs = {run.period_id: run for run in latest}
    return [PeriodRow(period, tuple(totals[period.pk]), runs.get(period.pk)) for period in shown]
