"""`manage.py demo`: a company to look at."""

import json
import logging
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from demo import selectors, services
from demo.engine.company import company


class Command(BaseCommand):
    help = (
        "Fill an empty database with a company of our own making: 40 people in 6 teams, 18 months of deals up to today "
        "in rupiah and US dollars, plans of several kinds, and every statement and KPI computed from them, "
        "closed and paid up to the month before the last."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the database has people already")
        parser.add_argument("--logins", action="store_true", help="load nothing; print who may sign in to the demo")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        if options["logins"]:
            self._print_logins(as_json=options["json"])
        elif options["if_empty"] and User.objects.exists():
            self._print({"loaded": False}, _("The database has people already: no demo company is needed."), options)
        else:
            self._load(options)

    def _load(self, options: dict[str, Any]) -> None:
        started = time.monotonic()
        logging.getLogger("payouts").setLevel(logging.WARNING)  # eighteen months of batches say nothing new
        if not options["json"]:
            self.stdout.write(_("Making the demo company and computing its pay, about ten seconds ..."))
        now = timezone.now()
        today = timezone.localdate(now)
        try:
            loaded = services.load(made=company(today), today=today, now=now)
        except services.NotEmptyError as error:
            raise CommandError(str(error)) from error
        seconds = round(time.monotonic() - started, 1)
        figures = {"loaded": True, **asdict(loaded), "seconds": seconds}
        text = _(
            "%(company)s: %(people)s people in %(teams)s teams, %(deals)s deals, %(plans)s plans, "
            "%(statements)s statements, %(seconds)s s."
        )
        self._print(figures, text % figures, options)

    def _print_logins(self, *, as_json: bool) -> None:
        logins = selectors.logins()
        if as_json:
            self.stdout.write(json.dumps([asdict(login) for login in logins]))
            return
        if not logins:
            self.stdout.write(_("No demo company in this database: sign in with an account of your own."))
            return
        self.stdout.write(_("Sign in as"))
        for login in logins:
            self.stdout.write(f"  {', '.join(login.roles):8} {login.email:32} {login.password}   {login.name}")

    def _print(self, figures: dict[str, Any], text: str, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(figures) if options["json"] else text)
