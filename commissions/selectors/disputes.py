"""Disputes as pages show them: the queue, one with its thread, and what stands on a statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import ReportingLine, Role, User
from commissions.models import Adjustment, Dispute, DisputeMessage, EarningLine, Period, Statement
from commissions.policies import can_see_queue, may_dispute, may_handle
from commissions.selectors.adjusting import moving_periods
from commissions.selectors.explanations import LineExplanation, line_explanation
from commissions.selectors.readings import reading
from commissions.selectors.true_up_words import TrueUpExplanation, true_up_explanation
from sales.models import Deal

SHOWN = ("", "mine", "overdue", "unassigned", "ended")


@dataclass(frozen=True, slots=True)
class DisputeView:
    row: Dispute
    title: str
    messages: tuple[DisputeMessage, ...]
    statement_pk: int | None  # none any more where nothing is paid
    payable_minor: int  # of its statement now
    has_changed: bool  # the statement is another since it was disputed
    adjustments: tuple[Adjustment, ...]
    may_handle: bool
    may_end: bool
    may_withdraw: bool
    sees_deal: bool
    may_show_facts: bool  # what its statement would pay with others
    adjusting_period: Period | None  # in which an adjustment would be posted now


def title_of(row: Dispute) -> str:
    """What it is about, in some words."""
    if row.about == Dispute.About.LINE:
        return _("%(deal)s, %(component)s") % {
            "deal": row.snapshot.get("deal", ""), "component": row.snapshot.get("component", ""),
        }  # fmt: skip
    if row.about == Dispute.About.DEAL:
        return _("Missing deal %(deal)s") % {"deal": row.deal_text or row.customer}
    return _("The whole statement")


def queue(user: User, today: date, *, show: str, text: str) -> QuerySet[Dispute]:
    """Those that a person may see; of managers and finance those that stand, by when they are due."""
    found = Dispute.objects.visible_to(user, today).select_related("payee", "period", "assignee")
    if text:
        found = found.filter(Q(payee__name__icontains=text) | Q(payee__email__icontains=text))
    if show == "ended" or not can_see_queue(user):
        ended = found if show != "ended" else found.exclude(status__in=Dispute.STANDING)
        return ended.order_by("-raised_at", "-pk")
    narrowed: Mapping[str, Q] = {
        "mine": Q(assignee=user.pk), "overdue": Q(due_on__lt=today), "unassigned": Q(assignee=None),
    }  # fmt: skip
    return found.standing().filter(narrowed.get(show, Q())).order_by("due_on", "pk")


def queue_counts(user: User, today: date) -> dict[str, int]:
    """How many stand, are one's own to answer, overdue, and nobody's. One query."""
    rows = Dispute.objects.visible_to(user, today).standing().values_list("assignee", "due_on")
    found = list(rows)
    return {
        "all": len(found),
        "mine": sum(assignee == user.pk for assignee, _due in found),
        "overdue": sum(due < today for _assignee, due in found),
        "unassigned": sum(assignee is None for assignee, _due in found),
    }


def waiting_count(user: User, today: date) -> int:
    """How many a manager or somebody of finance has to see to: for the navigation. One query."""
    if not can_see_queue(user):
        return 0
    return Dispute.objects.visible_to(user, today).standing().exclude(payee=user).count()


def dispute_view(row: Dispute, user: User, today: date) -> DisputeView:
    """Load it with payee, period, assignee, deal, and who raised and ended it."""
    handles = may_handle(user, row.payee_id, today)
    messages = row.messages.select_related("author").order_by("at", "pk")
    statement = Statement.objects.filter(period=row.period_id, payee=row.payee_id, currency=row.currency).first()
    linked = row.adjustments.select_related("period").order_by("pk")
    return DisputeView(
        row=row,
        title=title_of(row),
        messages=tuple(messages if handles else messages.filter(is_internal=False)),
        statement_pk=statement.pk if statement else None,
        payable_minor=statement.payable_minor if statement else 0,
        has_changed=statement is None or statement.revision != row.snapshot.get("revision"),
        adjustments=tuple(linked if handles else linked.filter(status=Adjustment.Status.APPROVED)),
        may_handle=handles,
        may_end=handles and row.stands and user.pk != row.raised_by_id,
        may_withdraw=row.stands and user.pk in (row.payee_id, row.raised_by_id),
        sees_deal=row.deal_id is not None and Deal.objects.visible_to(user, today).filter(pk=row.deal_id).exists(),
        may_show_facts=handles and row.stands and row.period.is_moving and row.about != Dispute.About.STATEMENT,
        adjusting_period=_adjusting_period(row.period) if handles and row.stands else None,
    )


def _adjusting_period(period: Period) -> Period | None:
    """The disputed one while it moves, else the first one after it that does."""
    same = [each for each in moving_periods() if (each.kind, each.first_month) == (period.kind, period.first_month)]
    later = sorted((each for each in same if each.start >= period.start), key=lambda each: each.start)
    return later[0] if later else None


def handlers(row: Dispute, today: date) -> list[User]:
    """Who may see to it: finance, and those to whom its payee reports, directly or through others."""
    above, found = {row.payee_id}, {row.payee_id}
    while found:
        lines = ReportingLine.objects.filter(user__in=found, during__contains=today)
        found = set(lines.values_list("manager", flat=True)) - above
        above |= found
    managers = Q(pk__in=above, roles__contains=[Role.MANAGER])
    finance = Q(roles__overlap=[Role.FINANCE, Role.ADMIN])
    people = User.objects.filter(managers | finance, is_active=True).exclude(pk=row.payee_id)
    return list(people.order_by("name", "pk"))


def may_raise(statement: Statement, user: User, today: date) -> bool:
    return may_dispute(user, statement.payee, today)


def line_subject(line: EarningLine, *, is_own: bool) -> dict[str, Any]:
    """Key, deal and snapshot of a line, with the sentence that explained it."""
    facts = [line.plan_version_id, line.component, line.deal_id, line.role, line.via_id, line.date, line.event]
    why: LineExplanation | TrueUpExplanation
    if line.about_id is None:
        why = line_explanation(line)
        sentence = reading(why, is_own=is_own).sentence
    else:
        facts.append(line.about_id)
        why = true_up_explanation(line)
        sentence = " ".join(why.causes)
    return {
        "about": Dispute.About.LINE,
        "key": f"line:{':'.join(map(str, facts))}"[:300],
        "deal": line.deal,
        "snapshot": {
            "component": why.component_name,
            "deal": why.deal,
            "amount_minor": line.amount_minor,
            "date": line.date.isoformat(),
            "sentence": sentence,
        },
    }


def deal_subject(*, text: str, customer: str, claimed_minor: int | None) -> dict[str, Any]:
    """Of a deal that she misses: found by its id where it is here, else as she tells it."""
    found = Deal.objects.filter(external_id=text).first() if text else None
    said = text or customer
    return {
        "about": Dispute.About.DEAL,
        "key": f"deal:{' '.join(said.lower().split())}"[:300],
        "deal": found,
        "deal_text": text,
        "customer": customer,
        "claimed_minor": claimed_minor,
        "snapshot": {"deal": text, "component": ""},
    }


def statement_subject() -> dict[str, Any]:
    return {"about": Dispute.About.STATEMENT, "key": "statement", "snapshot": {}}


def statement_disputes(statement: Statement) -> tuple[Dispute, ...]:
    """Those about a statement, what stands first; with its difference where it ended."""
    rows = Dispute.objects.filter(
        payee=statement.payee_id, period=statement.period_id, currency=statement.currency
    ).order_by("ended_at", "-raised_at")
    return tuple(rows.select_related("assignee", "ended_by"))
