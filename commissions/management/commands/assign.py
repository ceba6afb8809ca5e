from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from commissions import selectors, services
from commissions.engine.schema import Against, PlanDocument
from commissions.management.arguments import all_reps, day, payees, plan_named
from commissions.models import Plan, PlanVersion, Quota
from core.money import MoneyError, to_minor


class Command(BaseCommand):
    help = (
        "Put people on a plan from a day on, with a quota if the plan pays against one. Days they were on it before "
        "stay; a quota replaces the quotas of the days that it covers, and no others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", required=True, metavar="NAME")
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--all", action="store_true", help="everybody active with the role rep")
        who.add_argument("--payee", nargs="+", metavar="EMAIL", help="e-mail addresses or external ids")
        parser.add_argument("--from", dest="from_date", required=True, metavar="DATE", help="such as 2017-01-01")
        parser.add_argument("--until", metavar="DATE", help="the first day on which it no longer holds")
        parser.add_argument("--quota", metavar="AMOUNT", help="in the plan's currency, such as 100000")
        parser.add_argument("--per", choices=Quota.Per.values, help="what the quota is for; default: the plan's window")

    def handle(
        self,
        *,
        plan: str,
        payee: list[str] | None,
        from_date: str,
        quota: str | None,
        per: str | None,
        **options: object,
    ) -> None:
        found = plan_named(plan)
        document = _document(found)
        people = all_reps() if payee is None else payees(payee)
        per = per or _window(document)
        if quota is not None and per is None:
            raise CommandError(_("Say what the quota is for: --per month, quarter or year."))
        try:
            services.assign(
                plan=found,
                payees=people,
                from_date=day(from_date),
                until=day(str(options["until"])) if options["until"] else None,
                quota_minor=None if quota is None else _amount(quota, document.currency),
                per=None if quota is None else per,
                acting_user=None,
                now=timezone.now(),
            )
        except services.AssignmentRefused as error:
            raise CommandError(str(error)) from None
        words = {"people": len(people), "plan": found.name, "start": from_date}
        self.stdout.write(_("%(people)s people are on %(plan)s from %(start)s.") % words)
        self._warn(document, has_quota=quota is not None)

    def _warn(self, document: PlanDocument, *, has_quota: bool) -> None:
        needs_quota = any(component.against is Against.QUOTA for component in document.components)
        if needs_quota and not has_quota:
            self.stderr.write(_("This plan pays against a quota. Where none is set yet, add --quota AMOUNT."))
        if has_quota and not needs_quota:
            self.stderr.write(_("Nothing in this plan is measured against a quota: it was kept, but changes no pay."))


def _document(plan: Plan) -> PlanDocument:
    try:
        return selectors.plan_document(plan)
    except PlanVersion.DoesNotExist:
        raise CommandError(_("%(plan)s has no document. Publish one first.") % {"plan": plan.name}) from None


def _window(document: PlanDocument) -> str | None:
    """The window of the first component against quota, if a quota can be given for it."""
    windows = [component.window.value for component in document.components if component.against is Against.QUOTA]
    return next((window for window in [*windows, document.period.value] if window in Quota.Per.values), None)


def _amount(text: str, currency: str) -> int:
    try:
        return to_minor(text, currency)
    except MoneyError as error:
        raise CommandError(f"--quota: {error}") from None
