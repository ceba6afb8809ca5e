"""Adjustments as pages list them, show one, and put them on a statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.models import Adjustment, AdjustmentGroup, Period, Statement
from commissions.policies import can_decide_adjustments
from commissions.selectors.adjusting import moved_text
from commissions.selectors.periods import period_rows_of
from core import periods


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that was done with an adjustment."""

    what: str
    who: str
    at: datetime
    note: str
    tone: str  # of the component status
    icon: str


@dataclass(frozen=True, slots=True)
class AdjustmentView:
    row: Adjustment
    is_own: bool  # the reader is paid by it: notes, comments and evidence are not for her
    others: tuple[Adjustment, ...]  # the rest of a split, of those whom the reader may see
    moments: tuple[Moment, ...]
    moved: str  # why it counts in another period than the one it was asked for; else empty
    statement_pk: int | None
    may_decide: bool
    may_withdraw: bool

    @property
    def shows_effect(self) -> bool:
        return not self.is_own or self.row.status == Adjustment.Status.APPROVED


@dataclass(frozen=True, slots=True)
class StatementAdjustment:
    """One of those that a statement adds up, or that waits to."""

    pk: int
    kind: str
    amount_minor: int
    reason: str
    approved_by: str
    deal: str
    moved: str
    waits: bool


def adjustment_list(user: User, today: date) -> QuerySet[Adjustment]:
    """Those that a person may see, what waits for a decision first, then the latest."""
    visible = Adjustment.objects.visible_to(user, today)
    return visible.select_related("payee", "period", "proposed_by", "decided_by").order_by("-proposed_at", "-pk")


def adjustments_matching(
    found: QuerySet[Adjustment], *, text: str, period: periods.Period | None, status: str, kind: str
) -> QuerySet[Adjustment]:
    if text:
        found = found.filter(
            Q(payee__name__icontains=text) | Q(payee__email__icontains=text) | Q(reason__icontains=text)
        )
    if period:
        found = found.filter(period__in=period_rows_of(period))
    return found.filter(**{name: value for name, value in (("status", status), ("kind", kind)) if value})


def waiting_count(user: User, today: date) -> int:
    """How many a person may decide about now."""
    if not can_decide_adjustments(user):
        return 0
    waiting = Adjustment.objects.visible_to(user, today).filter(status=Adjustment.Status.PROPOSED)
    return waiting.exclude(proposed_by=user).exclude(payee=user).count()


def adjustment_view(row: Adjustment, user: User, today: date) -> AdjustmentView:
    """Load it with all its people, periods, deal, evidence's name and group."""
    is_own = row.payee_id == user.pk
    statement = Statement.objects.filter(period=row.period_id, payee=row.payee_id, currency=row.currency)
    is_split = row.group.kind == AdjustmentGroup.Kind.SPLIT
    rest = Adjustment.objects.visible_to(user, today).filter(group=row.group_id).exclude(pk=row.pk)
    others = tuple(rest.select_related("payee").order_by("pk")) if is_split else ()
    everybody = (
        set(Adjustment.objects.filter(group=row.group_id).values_list("payee", flat=True))
        if is_split
        else {row.payee_id}
    )
    return AdjustmentView(
        row=row,
        is_own=is_own,
        others=others,
        moments=tuple(_moments(row, is_own=is_own)),
        moved=moved_text(row),
        statement_pk=statement.values_list("pk", flat=True).first(),
        may_decide=_may_decide(row, user, everybody),
        may_withdraw=_may_withdraw(row, user, everybody),
    )


def _may_decide(row: Adjustment, user: User, payees: set[int]) -> bool:
    waits = row.status == Adjustment.Status.PROPOSED
    return waits and can_decide_adjustments(user) and row.proposed_by_id != user.pk and user.pk not in payees


def _may_withdraw(row: Adjustment, user: User, payees: set[int]) -> bool:
    if row.status == Adjustment.Status.PROPOSED and row.proposed_by_id == user.pk:
        return True
    stands = row.status == Adjustment.Status.PROPOSED or (
        row.status == Adjustment.Status.APPROVED and row.period.is_moving
    )
    return stands and can_decide_adjustments(user) and user.pk not in payees


def _moments(row: Adjustment, *, is_own: bool) -> Iterator[Moment]:
    note = "" if is_own else row.decision_note
    yield Moment(_("Asked for"), row.proposed_by.name, row.proposed_at, "", "", "pencil")
    if row.decided_at and row.status == Adjustment.Status.REJECTED and row.decided_by:
        yield Moment(_("Rejected"), row.decided_by.name, row.decided_at, note, "bad", "circle-x")
    elif row.decided_at and row.decided_by:
        yield Moment(_("Approved"), row.decided_by.name, row.decided_at, note, "good", "circle-check")
    elif row.decided_at:
        yield Moment(_("Counts at once, within the limit"), "", row.decided_at, "", "good", "circle-check")
    if row.withdrawn_at and row.withdrawn_by:
        yield Moment(_("Withdrawn"), row.withdrawn_by.name, row.withdrawn_at, row.withdrawal_note, "bad", "trash")


def statement_adjustments(statement: Statement, user: User) -> tuple[StatementAdjustment, ...]:
    """Those that count, by when they came to; for others than the payee also those that wait."""
    shown = [Adjustment.Status.APPROVED]
    if statement.payee_id != user.pk:
        shown.append(Adjustment.Status.PROPOSED)
    rows = Adjustment.objects.filter(
        period=statement.period_id, payee=statement.payee_id, currency=statement.currency, status__in=shown
    ).select_related("proposed_by", "decided_by", "deal", "period", "asked_period")
    return tuple(_on_statement(row) for row in rows.order_by("status", "decided_at", "pk"))


def _on_statement(row: Adjustment) -> StatementAdjustment:
    by = row.decided_by or row.proposed_by
    waits = row.status == Adjustment.Status.PROPOSED
    return StatementAdjustment(
        pk=row.pk,
        kind=str(row.get_kind_display()),
        amount_minor=row.amount_minor,
        reason=row.reason,
        approved_by="" if waits else by.name,
        deal=str(row.deal) if row.deal else "",
        moved=moved_text(row),
        waits=waits,
    )


def adjusted_periods(user: User, today: date) -> list[Period]:
    """The periods of which a person can see an adjustment, the latest first."""
    visible = Adjustment.objects.visible_to(user, today).values("period")
    return list(Period.objects.filter(pk__in=visible).order_by("-start", "kind", "first_month"))
