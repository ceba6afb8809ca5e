"""Whether somebody may decide about a statement as she saw it, and if not, why and what to do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine import approval
from commissions.models import Approval, Period
from commissions.selectors.approvals.cases import Case
from core.templatetags.juara import moment, money_text

Verdict = Approval.Verdict


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody had before her when she decided."""

    statement: int
    revision: int
    step: int
    payable_minor: int | None = None  # to say what it was, should it have changed


def why_not(
    case: Case, seen: Seen, verdict: Approval.Verdict, user: User, delegates: Mapping[int, Collection[int]]
) -> approval.Authority | str:
    """By which right, or why not. Load the case's statement with its payee and period."""
    if refusal := not_published(case.statement.period) or moved(case, seen) or held(case):
        return refusal
    if verdict == Verdict.WITHDRAWN:
        return _withdrawal(case, user)
    if refusal := _done_already(case, seen, user):
        return refusal
    found = case.candidates
    if found is None or case.progress.next_step != seen.step:
        return _("Another step of this statement comes first. Load the page again to see whose turn it is.")
    right = approval.authority(user.pk, found, case.people, case.progress.taken, delegates)
    return right if isinstance(right, approval.Authority) else _refused(found, right)


def not_published(period: Period) -> str:
    """Empty where it is."""
    if period.status == Period.Status.OPEN:
        return _("%(label)s is still open, so its statements aren't published. Start its review first.") % {
            "label": period.label
        }
    if not period.is_moving:
        return _("%(label)s is closed, so its statements stay as they are.") % {"label": period.label}
    return ""


def held(case: Case) -> str:
    """Empty where nobody took it out of the approval."""
    if case.held is None:
        return ""
    return _(
        "It is taken out of the approval by name: “%(reason)s” (%(who)s). To have it approved, take that back on "
        "the page of its period."
    ) % {"reason": case.held.reason, "who": case.held.by or "–"}


def moved(case: Case, seen: Seen) -> str:
    """What became of it since it was seen; empty where nothing did."""
    statement = case.statement
    if statement.revision == seen.revision:
        return ""
    if seen.payable_minor is None or seen.payable_minor == statement.payable_minor:
        return _("It was calculated again since you looked, and something of it changed. Look at it again.")
    return _("It changed since you looked: it paid %(old)s then, and pays %(new)s now. Look at it again.") % {
        "old": money_text(seen.payable_minor, statement.currency),
        "new": money_text(statement.payable_minor, statement.currency),
    }


def _withdrawal(case: Case, user: User) -> approval.Authority | str:
    rejection = case.progress.rejected
    if rejection is None:
        return _("No rejection stands any more, so there is nothing to withdraw.")
    if approval.may_withdraw(user.pk, rejection, case.people):
        return approval.Authority()
    return _("A rejection is withdrawn by whoever made it, or by finance; nobody withdraws one of her own pay.")


def _done_already(case: Case, seen: Seen, user: User) -> str:
    if rejection := case.rejection:
        return _(
            "%(who)s rejected it on %(at)s: “%(comment)s”. It waits until it changes or the rejection is withdrawn."
        ) % {"who": rejection.by, "at": moment(rejection.at), "comment": rejection.comment}
    taken = case.approval_of(seen.step) or (case.last_approval if case.is_approved else None)
    if taken is None:
        return _("It is approved already.") if case.is_approved else ""
    if taken.by_id == user.pk:
        return _("You approved this on %(at)s already; once is enough.") % {"at": moment(taken.at)}
    return _("%(who)s approved this on %(at)s already, so there is nothing left to do for you here.") % {
        "who": taken.by, "at": moment(taken.at)
    }  # fmt: skip


def _refused(found: approval.Candidates, why: approval.Refusal) -> str:
    if not found.people:
        return _(
            "Nobody is left who may take this step: everybody who could is the payee, or took a step before. Give "
            "somebody else the role, or let one person take several steps in the chain."
        )
    return {
        approval.Refusal.OWN_PAY: _("This is your own pay. Nobody approves her or his own: somebody else has to."),
        approval.Refusal.TOOK_A_STEP: _("You took an earlier step of this statement, so somebody else takes this one."),
        approval.Refusal.NOT_HERS: _("It isn't your turn: this step is somebody else's."),
    }[why]
