from argparse import ArgumentParser
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commissions import selectors, services
from commissions.engine.decimals import parse_decimal, scaled
from commissions.engine.quotas import needed
from commissions.engine.schema import PlanDocument
from commissions.management.arguments import all_reps, day, payees, plan_named, team_named
from commissions.models import Plan, PlanVersion, Quota
from commissions.selectors.roster_state import usual_per
from commissions.selectors.team_quotas import usual_per_of_teams
from core.money import MoneyError, to_minor

_OPTIONS = {"quota": Quota.Kind.AMOUNT.value, "units": Quota.Kind.UNITS.value, "target": Quota.Kind.TARGET.value}
_MISSING = {
    "amount": gettext_lazy("This plan pays against a quota. Where none is set yet, add --quota AMOUNT."),
    "units": gettext_lazy("This plan pays against a quota in units. Where none is set yet, add --units NUMBER."),
    "target": gettext_lazy("This plan pays shares of a target incentive. Where none is set yet, add --target AMOUNT."),
}
_UNREAD = {
    "amount": gettext_lazy("Nothing in this plan is measured against a quota: it was kept, but changes no pay."),
    "units": gettext_lazy(
        "Nothing in this plan is measured against a quota in units: it was kept, but changes no pay."
    ),
    "target": gettext_lazy("Nothing in this plan pays shares of a target incentive: it was kept, but changes no pay."),
}


class Command(BaseCommand):
    help = (
        "Put people on a plan from a day on, with a quota if the plan pays against one, and a target incentive if it "
        "pays shares of one. Days they were on it before stay; a quota replaces the quotas of its kind and component "
        "on the days that it covers, and no others. With --team it sets a team's quota alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", required=True, metavar="NAME")
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--all", action="store_true", help="everybody active with the role rep")
        who.add_argument("--team", metavar="NAME", help="set the quota of a team, by which the plan's pools go")
        who.add_argument("--payee", nargs="+", metavar="EMAIL", help="e-mail addresses or external ids")
        parser.add_argument("--from", dest="from_date", required=True, metavar="DATE", help="such as 2017-01-01")
        parser.add_argument("--until", metavar="DATE", help="the first day on which it no longer holds")
        parser.add_argument("--quota", metavar="AMOUNT", help="in the plan's currency, such as 100000")
        parser.add_argument("--units", metavar="NUMBER", help="a quota in units or deals, such as 120")
        parser.add_argument("--target", metavar="AMOUNT", help="the target incentive, such as 12000")
        parser.add_argument("--per", choices=Quota.Per.values, help="what these are for; default: the plan's window")
        parser.add_argument(
            "--component",
            default="",
            metavar="KEY",
            help="these are of one component; default: of each without its own",
        )

    def handle(
        self,
        *,
        plan: str,
        payee: list[str] | None,
        team: str | None,
        from_date: str,
        per: str | None,
        component: str,
        **options: str | None,
    ) -> None:
        found = plan_named(plan)
        document = _document(found)
        amounts = dict(_amounts(options, document.currency))
        per = per or (usual_per_of_teams if team else usual_per)(document, component)
        if amounts and per is None:
            raise CommandError(_("Say what the quota is for: --per month, quarter or year."))
        until = day(options["until"]) if options["until"] else None
        common: dict[str, Any] = {
            "plan": found, "from_date": day(from_date), "until": until, "acting_user": None, "now": timezone.now(),
        }  # fmt: skip
        if team:
            self._of_team(team, amounts, {**common, "per": per, "component": component})
            return
        people = all_reps() if payee is None else payees(payee)
        whose = {**common, "payees": people}
        try:
            with transaction.atomic():
                services.assign(**whose)
                for kind, amount in amounts.items():
                    services.set_quota(**whose, quota_minor=amount, per=per, kind=kind, component=component)
        except services.AssignmentRefused as error:
            raise CommandError(str(error)) from None
        words = {"people": len(people), "plan": found.name, "start": from_date}
        self.stdout.write(_("%(people)s people are on %(plan)s from %(start)s.") % words)
        self._warn(document, amounts.keys())

    def _of_team(self, name: str, amounts: Mapping[str, int], common: Mapping[str, Any]) -> None:
        team = team_named(name)
        if not amounts:
            raise CommandError(_("Say what the team is expected to sell: --quota AMOUNT, or --units NUMBER."))
        try:
            with transaction.atomic():
                for kind, amount in amounts.items():
                    services.set_team_quota(**common, team=team, quota_minor=amount, kind=kind)
        except services.AssignmentRefused as error:
            raise CommandError(str(error)) from None
        words = {"team": team.name, "plan": common["plan"].name, "start": common["from_date"]}
        self.stdout.write(_("The quota of %(team)s on %(plan)s is set from %(start)s.") % words)

    def _warn(self, document: PlanDocument, given: Collection[str]) -> None:
        read = {kind.value for kind, _length in needed(document)}
        for kind in sorted(read - set(given)):
            self.stderr.write(str(_MISSING[kind]))
        for kind in sorted(set(given) - read):
            self.stderr.write(str(_UNREAD[kind]))


def _document(plan: Plan) -> PlanDocument:
    try:
        return selectors.plan_document(plan)
    except PlanVersion.DoesNotExist:
        raise CommandError(_("%(plan)s has no document. Publish one first.") % {"plan": plan.name}) from None


def _amounts(options: Mapping[str, str | None], currency: str) -> Iterator[tuple[str, int]]:
    """By kind of quota, in minor units or millionths."""
    for option, kind in _OPTIONS.items():
        text = options[option]
        if text is not None:
            yield kind, _units(text) if kind == Quota.Kind.UNITS else _money(text, currency, option)


def _money(text: str, currency: str, option: str) -> int:
    try:
        return to_minor(text, currency)
    except MoneyError as error:
        raise CommandError(f"--{option}: {error}") from None


def _units(text: str) -> int:
    try:
        return scaled(parse_decimal(text), 6)
    except ValueError:
        raise CommandError(
            _("--units: %(text)s is no number of units or deals. Write one such as 120.") % {"text": text}
        ) from None
