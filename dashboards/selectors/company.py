"""The home of finance and administrators: what is open, what runs, how fresh the facts are, what is left to set up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from commissions.models import Assignment, Period, PlanVersion, Run, StaleStatement, Statement
from commissions.selectors import PeriodRow, period_list, period_rows
from kpis.models import StaleKpi
from sales.models import Deal, Import

_PERIODS = 6


@dataclass(frozen=True, slots=True)
class SetupStep:
    title: str | Promise
    text: str | Promise
    view: str  # the name of the page that does it, empty for a command
    command: str
    done: bool


@dataclass(frozen=True, slots=True)
class CompanyHome:
    open_periods: tuple[PeriodRow, ...]
    running: tuple[Run, ...]
    last_import: Import | None
    last_run: datetime | None
    waiting: int  # payees whose statements wait for recalculation
    kpis_wait: bool
    steps: tuple[SetupStep, ...]

    @property
    def is_set_up(self) -> bool:
        return all(step.done for step in self.steps)

    @property
    def next_step(self) -> SetupStep | None:
        return next((step for step in self.steps if not step.done), None)


def sees_company(user: User) -> bool:
    return user.sees_everyone


def company_home() -> CompanyHome:
    periods = period_list().filter(status__in=Period.MOVING)[:_PERIODS]
    done = Run.objects.filter(status=Run.Status.DONE).order_by("-finished_at").values_list("finished_at", flat=True)
    imports = Import.objects.filter(status=Import.Status.DONE, dry_run=False)
    return CompanyHome(
        open_periods=tuple(period_rows(list(periods))),
        running=tuple(Run.objects.filter(status=Run.Status.RUNNING).select_related("period")),
        last_import=imports.order_by("-finished_at").first(),
        last_run=done.first(),
        waiting=StaleStatement.objects.values("payee_id").distinct().count(),
        kpis_wait=StaleKpi.objects.exists(),
        steps=tuple(_step(*row) for row in _STEPS),
    )


_STEPS: tuple[tuple[str | Promise, str | Promise, str, str, Callable[[], bool]], ...] = (
    (
        _("People and teams"),
        _("Import them from your CRM, or add them one by one."),
        "accounts:people",
        "",
        User.objects.filter(roles__contains=[Role.REP]).exists,
    ),
    (
        _("Deals"),
        _("Import the deals of at least one period. Pay and boards are computed from them."),
        "sales:imports",
        "",
        Deal.objects.exists,
    ),
    (
        _("A published plan"),
        _("Write down how deals become pay, with examples, and publish it."),
        "commissions:plans",
        "manage.py plan publish FILE.yaml --from DATE",
        PlanVersion.objects.filter(status=PlanVersion.Status.PUBLISHED).exists,
    ),
    (
        _("People on the plan"),
        _("Say who is paid by it from which day, and with which quota."),
        "",
        "manage.py assign --plan NAME --all --from DATE --quota AMOUNT",
        Assignment.objects.exists,
    ),
    (
        _("The first statements"),
        _("Calculate a period. From then on each change of a deal changes its statements by itself."),
        "commissions:periods",
        "",
        Statement.objects.exists,
    ),
)


def _step(title: str | Promise, text: str | Promise, view: str, command: str, is_done: Callable[[], bool]) -> SetupStep:
    return SetupStep(title, text, view, command, is_done())
