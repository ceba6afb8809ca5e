import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from commissions import selectors
from commissions.management import arguments
from commissions.models import EarningLine, Statement
from commissions.selectors import LineExplanation, StatementView, TrueUpExplanation
from core.money import to_major

_READ = ("statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via")


class Command(BaseCommand):
    help = "Print a payee's statements of a period: every line with the arithmetic that leads to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--payee", required=True, metavar="EMAIL", help="e-mail address or external id")
        parser.add_argument("--period", required=True, metavar="PERIOD", help="such as 2017-06 or 2017-Q2")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, payee: str, period: str, **options: object) -> None:
        person, calculated = arguments.payee(payee), arguments.calculated_period(period)
        found = Statement.objects.filter(payee=person, period=calculated).select_related("payee", "period")
        statements = list(found.order_by("currency"))
        if not statements:
            words = {"payee": person.name, "label": calculated.label}
            raise CommandError(
                _("%(payee)s has no statement of %(label)s: no plan was assigned when it was calculated.") % words
            )
        views = [(selectors.statement_view(row), _explanations(row)) for row in statements]
        if options["json"]:
            self.stdout.write(json.dumps([_as_data(*pair) for pair in views], indent=2, ensure_ascii=False))
        else:
            for pair in views:
                self._print(*pair)

    def _print(self, view: StatementView, explanations: dict[int, LineExplanation]) -> None:
        total = f"{to_major(view.total_minor, view.currency):,f} {view.currency}"
        self.stdout.write(f"{view.payee.name}, {view.label}: {total}")
        for settled in view.settlements:
            words = [f"{text} {to_major(amount, view.currency):+,f}" for text, amount in settled.steps]
            owed = _("still owed %(amount)s") % {"amount": f"{to_major(settled.owed_after_minor, view.currency):,f}"}
            payable = _("payable %(amount)s") % {"amount": f"{to_major(settled.payable_minor, view.currency):,f}"}
            self.stdout.write(f"  {settled.plan}: {'; '.join([*words, payable, owed])}")
        for notice in view.notices:
            self.stdout.write(f"  ! {notice.deal}: {notice.text}" if notice.deal else f"  ! {notice.text}")
        for group in view.components:
            self.stdout.write(f"\n{group.plan}: {group.name}  {to_major(group.amount_minor, view.currency):,f}")
            for line in group.lines:
                self._print_line(explanations[line.pk])
        for why in _true_ups(view):
            self._print_true_up(why)

    def _print_true_up(self, why: TrueUpExplanation) -> None:
        was, now, amount = (
            f"{to_major(minor, why.currency):,f}" for minor in (why.was_minor, why.now_minor, why.amount_minor)
        )
        self.stdout.write(f"\n{_('%(label)s, true-up') % {'label': why.about}}: {why.component_name}")
        self.stdout.write(f"  {why.date} {why.deal}  {amount}")
        self.stdout.write("    " + _("Paid then %(was)s, comes to %(now)s now.") % {"was": was, "now": now})
        for text in (*why.causes, *why.waits):
            self.stdout.write(f"    {text}")

    def _print_line(self, why: LineExplanation) -> None:
        amount = f"{to_major(why.amount_minor, why.currency):,f}"
        read = selectors.reading(why, is_own=False)
        self.stdout.write(f"  {why.date} {why.deal}  {amount}")
        for text in read.crediting:
            self.stdout.write(f"    {text}")
        if read.items_text:
            self.stdout.write(f"    {read.items_text}")
        for item in read.items:
            self.stdout.write(f"      {item.name}, {item.quantity}, {item.amount}: {item.verdict}")
        self.stdout.write(f"    {read.sentence}")
        if read.goals:
            self.stdout.write(f"    {read.goals}")
        for row in read.rows:
            self.stdout.write(f"    {row.part}: {row.amount} × {row.rate} = {row.pay}")  # noqa: RUF001
        for text in (read.multiplier, read.rounding, read.cap):
            if text:
                self.stdout.write(f"    {text}")
        for text in read.waits:
            self.stdout.write(f"    {text}")


def _explanations(statement: Statement) -> dict[int, LineExplanation]:
    lines = EarningLine.objects.filter(statement=statement).exclude(kind=EarningLine.Kind.TRUE_UP)
    return {line.pk: selectors.line_explanation(line) for line in lines.select_related(*_READ)}


def _true_ups(view: StatementView) -> list[TrueUpExplanation]:
    found = EarningLine.objects.filter(pk__in=[row.pk for group in view.true_ups for row in group.rows])
    lines = found.select_related(*_READ, "about").order_by("about__start", "seq")
    return [selectors.true_up_explanation(line) for line in lines]


def _as_data(view: StatementView, explanations: dict[int, LineExplanation]) -> dict[str, Any]:
    data = {
        "payee": view.payee.email or view.payee.external_id,
        "period": view.label,
        "currency": view.currency,
        "total_minor": view.total_minor,
        "payable_minor": view.payable_minor,
        "settlements": [asdict(settled) for settled in view.settlements],
        "notices": [asdict(notice) for notice in view.notices],
        "lines": [asdict(explanations[line.pk]) for group in view.components for line in group.lines],
        "true_ups": [asdict(why) for why in _true_ups(view)],
    }
    plain: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return plain
