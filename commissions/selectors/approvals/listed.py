"""Chains as administrators read them, and who would approve what by one."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from accounts.models import Company, Membership, Team, User
from accounts.selectors import team_ids_below
from commissions.engine import approval
from commissions.models import ApprovalChain, Assignment, Period, Plan, PlanVersion, Statement
from commissions.models.approvals import Who
from commissions.selectors.approvals.cases import Case, cases
from commissions.selectors.approvals.chains import Chain, latest_chains
from commissions.selectors.approvals.shown import deciders
from core.templatetags import formats
from core.templatetags.juara import locale, money_text

PREVIEWED = 5  # statements


@dataclass(frozen=True, slots=True)
class ChainRow:
    plan: Plan | None
    team: Team | None
    steps: tuple[str, ...]  # in words
    same_person: bool
    by: User | None
    at: datetime | None  # none: nobody ever set it


@dataclass(frozen=True, slots=True)
class Preview:
    payee: User
    label: str  # of the period
    currency: str
    payable_minor: int
    who: str


def chain_rows() -> tuple[ChainRow, ...]:
    """The company's first, then plans and teams by name."""
    rows = latest_chains().select_related("plan", "team", "created_by")
    found = [_row(row) for row in rows if row.document is not None]
    company = [row for row in found if row.plan is None and row.team is None]
    usual = ChainRow(None, None, steps_in_words(approval.DEFAULT_CHAIN), same_person=False, by=None, at=None)
    others = sorted((row for row in found if row.plan or row.team), key=lambda row: (row.plan is None, _name(row)))
    return (*(company or [usual]), *others)


def _name(row: ChainRow) -> str:
    return row.plan.name if row.plan else row.team.name if row.team else ""


def _row(row: ApprovalChain) -> ChainRow:
    chain = approval.chain_from_json(row.document)
    steps = steps_in_words(chain)
    return ChainRow(row.plan, row.team, steps, chain.same_person, row.created_by, row.created_at)


def steps_in_words(chain: approval.ApprovalChain) -> tuple[str, ...]:
    named = {step.person for step in chain.steps if step.person is not None}
    names = dict(User.objects.filter(pk__in=named).values_list("pk", "name")) if named else {}
    return tuple(_step(step, names) for step in chain.steps)


def _step(step: approval.ChainStep, names: dict[int, str]) -> str:
    who = names.get(step.person or 0) or str(Who(step.who.value).label)
    conditions = [
        _("above %(amount)s") % {"amount": money_text(minor, code)} for code, minor in (step.above or {}).items()
    ]
    if step.variance is not None:
        share = formats.percent(Fraction(step.variance), locale(), places=1)
        conditions.append(_("%(share)s from the mean of the last three") % {"share": share})
    return f"{who}: {_(' or ').join(conditions)}" if conditions else who


def currencies_paid() -> list[str]:
    """The company's own, and those of published plans."""
    versions = PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT)
    paid = set(versions.values_list("document__currency", flat=True))
    own = Company.objects.values_list("currency", flat=True).first() or "USD"
    return [own, *sorted(code for code in paid - {own} if code)]


def preview(document: approval.ApprovalChain, *, plan: Plan | None, team: Team | None) -> tuple[Preview, ...]:
    """Who would approve five statements of the latest period that the chain would hold for: the highest and lowest."""
    period = Period.objects.filter(statements__isnull=False).order_by("-start", "kind").first()
    if period is None:
        return ()
    rows = Statement.objects.filter(period=period).select_related("payee").order_by("-payable_minor", "pk")
    if plan:
        during = Assignment.objects.filter(plan=plan, during__overlap=(period.start, period.end))
        rows = rows.filter(payee__in=during.values("payee"))
    if team:
        members = Membership.objects.filter(team__in=team_ids_below(team), during__contains=period.start)
        rows = rows.filter(payee__in=members.values("user"))
    top = list(rows[: PREVIEWED - 2])
    chosen = top + [row for row in rows.reverse()[:2] if row not in top][::-1]
    found = [_supposed(case, document) for case in cases(period, chosen)]
    who = deciders(found)
    return tuple(Preview(row.payee, period.label, row.currency, row.payable_minor, who[row.pk]) for row in chosen)


def _supposed(case: Case, document: approval.ApprovalChain) -> Case:
    named = frozenset(step.person for step in document.steps if step.person is not None)
    active = frozenset(User.objects.filter(pk__in=named, is_active=True).values_list("pk", flat=True))
    progress = approval.progress(document, case.figures, [])
    people = replace(case.people, named=case.people.named | active)
    return replace(case, chain=Chain(None, document), decisions=(), progress=progress, people=people)
