import json
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from kpis import services


class Command(BaseCommand):
    help = (
        "Measure every KPI of everybody again from the facts, and the boards with it: after a restored backup, or an "
        "upgrade that counts something differently. Deals may change meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        sub = actions.add_parser("rebuild", help=self.help, description=self.help)
        sub.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: object) -> None:
        started = time.monotonic()
        wrong = services.rebuild_all(now=timezone.now())
        seconds = time.monotonic() - started
        if options["json"]:
            self.stdout.write(json.dumps({"corrected": wrong, "seconds": round(seconds, 3)}))
            return
        self.stdout.write(
            _(
                "Measured everything again in %(seconds).1f s. Wrong before: the values of %(wrong)s people and teams, "
                "by month."
            )
            % {"seconds": seconds, "wrong": wrong}
        )
