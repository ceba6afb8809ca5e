"""Statements as their approval sees them: chain, figures, people and decisions of the present revision."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef

from accounts.models import Membership, Role, User
from commissions.engine import approval
from commissions.models import Approval, ApprovalException, Assignment, Delegation, EarningLine, Period, Statement
from commissions.selectors.approvals.chains import Chain, Chains, chains_in_force

_COMPARED: Final = 3  # statements before it
_HIGHEST: Final = 20  # managers above a payee: ends a circle
_MANAGERS: Final = """
WITH RECURSIVE up (payee, manager, height) AS (
    SELECT line.user_id, line.manager_id, 1 FROM accounts_reportingline line
    WHERE line.user_id = ANY(%(payees)s) AND line.during @> %(day)s::date
    UNION ALL
    SELECT up.payee, line.manager_id, up.height + 1 FROM up
    JOIN accounts_reportingline line ON line.user_id = up.manager
    WHERE line.during @> %(day)s::date AND up.height < %(highest)s
)
SELECT payee, manager FROM up JOIN accounts_user who ON who.id = up.manager
WHERE who.is_active AND who.email IS NOT NULL ORDER BY payee, height
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One statement; everything of its present revision and of the chain that holds now."""

    statement: Statement
    chain: Chain
    plan: int | None  # of all of its lines
    team: int | None  # of the payee on the period's last day
    figures: approval.Figures
    people: approval.People
    held: ApprovalException | None  # finance took it out of the approval, by name; with `by`
    decisions: tuple[Approval, ...]  # by time, with `by` and `on_behalf_of`
    progress: approval.Progress

    @property
    def is_approved(self) -> bool:
        """Once approved, a revision stays so, also when another chain comes to hold."""
        return self.statement.approved_revision == self.statement.revision

    @property
    def step(self) -> approval.ChainStep | None:
        """The one that is to be taken."""
        index = None if self.is_approved else self.progress.next_step
        return None if index is None else self.chain.document.steps[index]

    @property
    def candidates(self) -> approval.Candidates | None:
        """Who may take it."""
        return approval.candidates(self.step, self.people, self.progress.taken) if self.step else None

    @property
    def rejection(self) -> Approval | None:
        """The one that stands."""
        rejected = Approval.Verdict.REJECTED
        rows = [row for row in self.decisions if row.verdict == rejected] if self.progress.rejected else []
        return rows[-1] if rows else None

    @property
    def last_approval(self) -> Approval | None:
        rows = [row for row in self.decisions if row.verdict == Approval.Verdict.APPROVED]
        return rows[-1] if rows else None

    def approval_of(self, step: int) -> Approval | None:
        approved = Approval.Verdict.APPROVED
        return next((row for row in self.decisions if (row.step, row.verdict) == (step, approved)), None)

    @property
    def round(self) -> int:
        """How many rejections of the revision were withdrawn."""
        return sum(row.verdict == Approval.Verdict.WITHDRAWN for row in self.decisions)

    def after(self, decision: Approval) -> "Case":
        """With one more decision about it."""
        rows = (*self.decisions, decision)
        document, figures = self.chain.document, self.figures
        return replace(self, decisions=rows, progress=approval.progress(document, figures, as_decisions(rows)))

    @property
    def mean_minor(self) -> int | None:
        """Of the statements before it, for people to compare with: in whole minor units."""
        earlier = self.figures.earlier_minor
        return round(sum(earlier) / len(earlier)) if earlier else None


def cases(period: Period, statements: Sequence[Statement]) -> list[Case]:
    """The cases of some statements of one period, in their order. Eleven queries, however many there are."""
    payees = sorted({statement.payee_id for statement in statements})
    last_day = period.end - timedelta(days=1)
    chains = chains_in_force()
    plans, teams = _plans(period, statements), _teams(payees, last_day)
    earlier, managers = _earlier(period, statements), _managers(payees, last_day)
    finance, admins = _company()
    decided, held = _decisions(statements), _held(period, payees)
    named = _named(chains)
    found = []
    for statement in statements:
        of_plans, payee = plans.get(statement.pk, []), statement.payee_id
        chain = chains.of(plans=of_plans, team=teams.get(payee))
        figures = approval.Figures(statement.currency, statement.payable_minor, tuple(earlier.get(statement.pk, ())))
        rows = tuple(row for row in decided.get(statement.pk, ()) if row.chain_id == chain.pk)
        found.append(
            Case(
                statement=statement,
                chain=chain,
                plan=of_plans[0] if len(of_plans) == 1 else None,
                team=teams.get(payee),
                figures=figures,
                people=approval.People(payee, tuple(managers.get(payee, ())), finance, admins, named),
                held=held.get((payee, statement.currency)),
                decisions=rows,
                progress=approval.progress(chain.document, figures, as_decisions(rows)),
            )
        )
    return found


def delegates_on(day: date) -> dict[int, list[int]]:
    """Who stands in for whom on that day: from who is away to who acts."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Delegation.objects.filter(during__contains=day, to_user__is_active=True)
    for away, acting in rows.values_list("from_user", "to_user"):
        found[away].append(acting)
    return dict(found)


def as_decisions(rows: Iterable[Approval]) -> list[approval.Decision]:
    return [approval.Decision(row.step, approval.Verdict(row.verdict), row.by_id, row.on_behalf_of_id) for row in rows]


def _plans(period: Period, statements: Sequence[Statement]) -> Mapping[int, list[int]]:
    """The plans of each statement's lines; of one without lines, those that its payee was on in the period."""
    found: dict[int, list[int]] = defaultdict(list)
    ids = [statement.pk for statement in statements]
    lines = EarningLine.objects.filter(statement__in=ids).order_by()
    for pk, plan in lines.values_list("statement_id", "plan_version__plan_id").distinct():
        found[pk].append(plan)
    empty = {statement.payee_id for statement in statements if statement.pk not in found}
    on_plans = Assignment.objects.filter(payee__in=empty, during__overlap=(period.start, period.end))
    assigned: dict[int, list[int]] = defaultdict(list)
    for payee, plan in on_plans.order_by("payee", "plan").values_list("payee", "plan").distinct():
        assigned[payee].append(plan)
    return {statement.pk: found.get(statement.pk) or assigned[statement.payee_id] for statement in statements}


def _teams(payees: Sequence[int], day: date) -> dict[int, int]:
    rows = Membership.objects.filter(user__in=payees, during__contains=day)
    return dict(rows.values_list("user", "team"))


def _held(period: Period, payees: Sequence[int]) -> dict[tuple[int, str], ApprovalException]:
    rows = ApprovalException.objects.filter(period=period, payee__in=payees).select_related("by")
    return {(row.payee_id, row.currency): row for row in rows}


def _earlier(period: Period, statements: Sequence[Statement]) -> dict[int, list[int]]:
    """What the last statements of the same payee, kind of period and currency before it pay, the latest first."""
    before = Statement.objects.filter(
        payee=OuterRef("payee"), currency=OuterRef("currency"), period__kind=period.kind,
        period__first_month=period.first_month, period__start__lt=period.start,
    ).order_by("-period__start").values("payable_minor")[:_COMPARED]  # fmt: skip
    rows = Statement.objects.filter(pk__in=[statement.pk for statement in statements])
    return dict(rows.annotate(earlier=ArraySubquery(before)).values_list("pk", "earlier"))


def _managers(payees: Sequence[int], day: date) -> dict[int, list[int]]:
    """Upward from each payee, those who may sign in."""
    found: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_MANAGERS, {"payees": list(payees), "day": day, "highest": _HIGHEST})
        for payee, manager in cursor.fetchall():
            if manager not in found[payee]:
                found[payee].append(manager)
    return found


def _company() -> tuple[frozenset[int], frozenset[int]]:
    """Finance and administrators who may sign in."""
    rows = User.objects.filter(is_active=True, email__isnull=False, roles__overlap=[Role.FINANCE, Role.ADMIN])
    found = list(rows.values_list("pk", "roles"))
    finance, admins = (frozenset(pk for pk, roles in found if role in roles) for role in (Role.FINANCE, Role.ADMIN))
    return finance, admins


def _named(chains: Chains) -> frozenset[int]:
    """Those whom steps name and who may sign in."""
    every: Iterable[Chain] = [*chains.plans.values(), *chains.teams.values(), chains.company]
    named = {step.person for chain in every for step in chain.document.steps if step.person is not None}
    if not named:
        return frozenset()
    rows = User.objects.filter(pk__in=named, is_active=True, email__isnull=False)
    return frozenset(rows.values_list("pk", flat=True))


def _decisions(statements: Sequence[Statement]) -> Mapping[int, list[Approval]]:
    """Of the present revisions, by time."""
    revisions = {statement.pk: statement.revision for statement in statements}
    found: dict[int, list[Approval]] = defaultdict(list)
    rows = Approval.objects.filter(statement__in=list(revisions)).select_related("by", "on_behalf_of").order_by("pk")
    for row in rows:
        if row.revision == revisions[row.statement_id]:
            found[row.statement_id].append(row)
    return found
