import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from commissions import papers
from commissions.management.arguments import calculated_period


class Command(BaseCommand):
    help = "Export what is to be paid for a period: `payouts export 2017-Q2 --format csv`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        text = "Write the payouts of a period to a file or to the screen."
        export = actions.add_parser("export", help=text, description=text)
        export.add_argument("period", metavar="PERIOD", help="such as 2017-06 or 2017-Q2")
        export.add_argument("--format", choices=["csv"], default="csv")
        export.add_argument("--output", type=Path, metavar="FILE", help="default: the screen")

    def handle(self, *, period: str, output: Path | None, **_options: object) -> None:
        found = calculated_period(period)
        lines = papers.payout_csv(found)
        if output is None:
            self.stdout.write("".join(lines), ending="")
            return
        try:
            with output.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        except OSError as error:
            raise CommandError(
                _("%(path)s can't be written: %(why)s.") % {"path": output, "why": error.strerror or error}
            ) from None
        rows = found.statements.count()
        sys.stderr.write(_("%(rows)s payouts in %(path)s.") % {"rows": rows, "path": output} + "\n")
