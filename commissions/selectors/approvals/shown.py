"""The approval of one statement as its page shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine import approval
from commissions.models import Approval, Period, Statement, StatementAcceptance
from commissions.models.approvals import Who
from commissions.selectors.approvals.cases import Case, cases, delegates_on
from commissions.selectors.approvals.refusals import Seen, held, why_not
from commissions.selectors.approvals.status import StatementStatus, statement_status
from commissions.selectors.approvals.waiting import written
from commissions.selectors.words import listed
from core.templatetags import formats
from core.templatetags.juara import locale, money_text

MOST_NAMED = 3  # people of one step


@dataclass(frozen=True, slots=True)
class StepShown:
    name: str  # whose turn it is: Finance
    people: str  # their names, where they are few
    condition: str  # why it is asked for, where it isn't of everybody
    state: str  # done, next, rejected, later
    decision: Approval | None  # who took it, or rejected it


@dataclass(frozen=True, slots=True)
class ApprovedBefore:
    """An approval of a revision that is past: what it paid then."""

    payable_minor: int
    by: User
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    statement: Statement
    status: StatementStatus
    is_published: bool
    is_frozen: bool
    is_approved: bool
    steps: tuple[StepShown, ...]
    decisions: tuple[Approval, ...]  # of the present revision, by time
    rejection: Approval | None  # the one that stands
    held: str  # why it is taken out of the approval; empty where it isn't
    before: ApprovedBefore | None  # it was approved, and has changed since
    may_decide: bool
    on_behalf_of: User | None
    why_not: str  # what keeps the reader from deciding, where her role would let her
    may_withdraw: bool
    is_own: bool
    accepted: StatementAcceptance | None  # the latest
    seen: Seen

    @property
    def key(self) -> str:
        return written(self.seen)

    @property
    def is_accepted(self) -> bool:
        return self.accepted is not None and self.accepted.revision == self.statement.revision

    @property
    def may_accept(self) -> bool:
        return self.is_own and self.is_published and not self.is_frozen and not self.is_accepted


def statement_approval(statement: Statement, reader: User, today: date) -> ApprovalShown:
    """Load the statement with `payee` and `period`. A fixed number of queries."""
    case = cases(statement.period, [statement])[0]
    seen = Seen(statement.pk, statement.revision, case.progress.next_step or 0, statement.payable_minor)
    delegates = delegates_on(today)
    right = why_not(case, seen, Approval.Verdict.APPROVED, reader, delegates)
    withdrawal = why_not(case, seen, Approval.Verdict.WITHDRAWN, reader, delegates)
    away = right.on_behalf_of if isinstance(right, approval.Authority) else None
    is_published = statement.period.status != Period.Status.OPEN
    return ApprovalShown(
        statement=statement,
        status=statement_status(statement),
        is_published=is_published,
        is_frozen=not statement.period.is_moving,
        is_approved=case.is_approved,
        steps=tuple(_steps(case)),
        decisions=case.decisions,
        rejection=case.rejection,
        held=held(case),
        before=_before(case),
        may_decide=isinstance(right, approval.Authority),
        on_behalf_of=User.objects.get(pk=away) if away else None,
        why_not=right if isinstance(right, str) and case.held is None and _is_asked(case, reader) else "",
        may_withdraw=isinstance(withdrawal, approval.Authority),
        is_own=statement.payee_id == reader.pk,
        accepted=StatementAcceptance.objects.filter(statement=statement).order_by("-revision").first(),
        seen=seen,
    )


def _is_asked(case: Case, reader: User) -> bool:
    """Whether somebody's role is asked for by the next step, though she herself may not take it."""
    step = case.step
    if step is None or reader.pk == case.people.payee:
        return False
    return reader.pk in approval.candidates(step, case.people).people


def _steps(case: Case) -> Iterator[StepShown]:
    names = _names(case)
    for state in case.progress.steps:
        decision = case.approval_of(state.index)
        found = approval.candidates(state.step, case.people, case.progress.taken)
        is_next = not case.is_approved and state.index == case.progress.next_step
        is_rejected = case.rejection is not None and case.rejection.step == state.index
        waits = decision is None and not case.is_approved
        yield StepShown(
            name=str(Who(found.who.value if waits else state.step.who.value).label),
            people=listed([names[pk] for pk in sorted(found.people) if pk in names]) if waits else "",
            condition=_condition(state.step, case.figures),
            state="done" if decision else "rejected" if is_rejected else "next" if is_next else "later",
            decision=case.rejection if is_rejected else decision,
        )


def _names(case: Case) -> dict[int, str]:
    """Of those who may take a step that isn't taken, where they are few."""
    asked: set[int] = set()
    for state in case.progress.steps:
        found = approval.candidates(state.step, case.people, case.progress.taken).people
        if state.approved is None and len(found) <= MOST_NAMED:
            asked |= found
    return dict(User.objects.filter(pk__in=asked).values_list("pk", "name")) if asked else {}


def _condition(step: approval.ChainStep, figures: approval.Figures) -> str:
    parts: list[str] = []
    if step.above is not None and figures.currency in step.above:
        parts.append(_("above %(amount)s") % {"amount": money_text(step.above[figures.currency], figures.currency)})
    if step.variance is not None:
        share = formats.percent(Fraction(step.variance), locale(), places=1)
        parts.append(_("%(share)s from the mean of the last three") % {"share": share})
    return _(" or ").join(parts)


def _before(case: Case) -> ApprovedBefore | None:
    """The last step of the latest approval, where it was of an earlier revision."""
    statement = case.statement
    if statement.approved_revision in (None, statement.revision):
        return None
    rows = Approval.objects.filter(
        statement=statement, revision=statement.approved_revision, verdict=Approval.Verdict.APPROVED
    )
    last = rows.select_related("by").order_by("-pk").first()
    return ApprovedBefore(last.payable_minor, last.by, last.at) if last else None


def deciders(rows: Sequence[Case]) -> dict[int, str]:
    """Of each statement, who would take its first steps, for a preview: by its id."""
    return {case.statement.pk: " → ".join(_who(case)) for case in rows}


def _who(case: Case) -> Iterator[str]:
    taken: set[int] = set()
    for state in case.progress.steps:
        found = approval.candidates(state.step, case.people, () if case.chain.document.same_person else taken)
        names = User.objects.filter(pk__in=found.people).order_by("name").values_list("name", flat=True)
        yield listed(list(names[:MOST_NAMED])) or _("nobody")
        if len(found.people) == 1:
            taken |= found.people
