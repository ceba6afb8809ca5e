import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import Team, User
from commissions import selectors, services
from commissions.management.arguments import calendar_period, payee, team_named
from commissions.models import Run
from commissions.selectors import RunProgress, period_rows_of
from core import periods
from core.money import to_major

LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 5.0  # without progress, before asking whether any worker is there


class Command(BaseCommand):
    help = (
        "Calculate the statements of a period, such as 2017-06, 2017-Q2 or 2017: cut into chunks that the workers "
        "claim. Waits and shows progress; Ctrl-C stops the waiting, not the run. A run under way is followed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", metavar="PERIOD", help="such as 2017-06, 2017-Q2 or 2017")
        parser.add_argument("--chunks", type=int, metavar="N", help="into how many parts to cut the payees")
        parser.add_argument("--team", metavar="NAME", help="only this team and those below it, on the last day")
        parser.add_argument("--payee", metavar="EMAIL", help="only this payee, by e-mail address or external id")
        parser.add_argument("--inline", action="store_true", help="calculate in this process; needs no worker")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, period: str, chunks: int | None, inline: bool, **options: Any) -> None:  # noqa: ANN401
        if chunks is not None and chunks < 1:
            raise CommandError(_("--chunks must be at least 1."))
        calendar = calendar_period(period)
        run = self._start(calendar, chunks, _whom(options["team"], options["payee"]))
        try:
            progress = self._work(run) if inline else self._wait(run)
        except KeyboardInterrupt:
            raise CommandError(_("Stopped waiting. The run goes on; follow it with the same command.")) from None
        if progress.status == Run.Status.FAILED:
            raise CommandError(_("The run failed. %(error)s") % {"error": progress.error})
        self._report(run, progress, as_json=bool(options["json"]))

    def _start(self, calendar: periods.Period, chunks: int | None, whom: User | Team | None) -> Run:
        running = Run.objects.filter(period__in=period_rows_of(calendar), status=Run.Status.RUNNING).first()
        if running:
            self.stderr.write(_("A run of %(label)s is under way; following it.") % {"label": calendar.label})
            return running
        try:
            return services.start_run(calendar=calendar, acting_user=None, now=timezone.now(), chunks=chunks, whom=whom)
        except services.RunRefused as error:
            raise CommandError(str(error)) from None

    def _work(self, run: Run) -> RunProgress:
        while (progress := self._look(run)).is_running:
            if not services.work_on_run(run_id=run.pk, clock=timezone.now, told=lambda: self._show(self._look(run))):
                time.sleep(LOOK_SECONDS)  # a worker has the rest
        return progress

    def _wait(self, run: Run) -> RunProgress:
        last, since = -1, time.monotonic()
        while (progress := self._look(run)).is_running:
            self._show(progress)
            if progress.done != last:
                last, since = progress.done, time.monotonic()
            elif time.monotonic() - since > PATIENCE_SECONDS:
                self._refuse_to_wait_for_nobody(run)
                since = time.monotonic()
            time.sleep(LOOK_SECONDS)
        self._show(progress)
        return progress

    def _look(self, run: Run) -> RunProgress:
        return selectors.run_progress(run.pk)

    def _show(self, progress: RunProgress) -> None:
        if sys.stderr.isatty():
            text = _("%(done)s of %(total)s chunks") % {"done": progress.done, "total": progress.total}
            self.stderr.write(f"\r{text}  {progress.percent:3} %", ending="" if progress.is_running else "\n")

    def _refuse_to_wait_for_nobody(self, run: Run) -> None:
        try:
            answers = current_app.control.ping(timeout=2.0)
        except (OperationalError, OSError) as error:
            raise CommandError(
                _("The broker can't be reached (%(error)s). The run waits for it; with --inline it needs none.")
                % {"error": error}
            ) from None
        if not answers:
            raise CommandError(
                _(
                    "No worker answers, so the run of %(label)s waits. Start one (`make run`, or "
                    "`celery -A config worker`), or finish it here: `calculate %(label)s --inline`."
                )
                % {"label": run.period.label}
            )

    def _report(self, run: Run, progress: RunProgress, *, as_json: bool) -> None:
        overview = selectors.period_overview(run.period)
        seconds = (progress.finished_at - progress.started_at).total_seconds() if progress.finished_at else 0.0
        totals = {row.currency: f"{to_major(row.total_minor, row.currency):f}" for row in overview.totals}
        if as_json:
            result = {"period": overview.label, "payees": overview.payees, "totals": totals, "seconds": seconds}
            self.stdout.write(json.dumps({**result, "chunks": progress.total}))
            return
        self.stdout.write(
            _("%(label)s: %(payees)s payees in %(chunks)s chunks, %(seconds).1f s.")
            % {"label": overview.label, "payees": overview.payees, "chunks": progress.total, "seconds": seconds}
        )
        for currency, total in totals.items():
            self.stdout.write(f"{total:>22} {currency}")


def _whom(team: str | None, person: str | None) -> User | Team | None:
    if team and person:
        raise CommandError(_("Name a team or a payee, not both."))
    return team_named(team) if team else payee(person) if person else None
