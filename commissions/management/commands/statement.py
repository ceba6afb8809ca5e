from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from commissions.engine.bundles.bundle import Verified, verify
from commissions.engine.bundles.refusals import BundleRefused
from commissions.management.arguments import calculated_period, payee
from commissions.models import Period, Snapshot
from commissions.selectors.snapshots import checked, statement_bundle
from commissions.selectors.words import in_words

MOST_BYTES = 200 << 20  # of a bundle: more than any payee's statement comes to
MOST_TOLD = 100  # differences


class Command(BaseCommand):
    help = "Bundles of closed statements: write one, recompute one without any database, or recompute all that closed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        text = "Recompute a bundle from itself alone; or, with --all, every closed statement from its snapshot."
        check = actions.add_parser("verify", help=text, description=text)
        what = check.add_mutually_exclusive_group(required=True)
        what.add_argument("bundle", nargs="?", type=Path, metavar="BUNDLE.zip")
        what.add_argument("--all", action="store_true", help="recompute all closed statements; needs the database")
        check.add_argument("--period", metavar="PERIOD", help="with --all: only those of it")
        text = "Write the bundle of a payee's closed statements of a period."
        write = actions.add_parser("bundle", help=text, description=text)
        write.add_argument("--payee", required=True, metavar="WHO", help="an e-mail address or external id")
        write.add_argument("--period", required=True, metavar="PERIOD", help="such as 2017-06, 2017-Q2 or 2017")
        write.add_argument("--out", type=Path, metavar="FILE", help="default: statement-PERIOD-WHO.zip")

    def handle(self, *, action: str, period: str | None, **options: object) -> None:
        if action == "bundle":
            self._write(str(options["payee"]), period or "", options["out"])
        elif options["all"]:
            self._check_all(period)
        else:
            self._check(Path(str(options["bundle"])))

    def _write(self, who: str, label: str, out: object) -> None:
        person, found = payee(who), calculated_period(label)
        snapshots = Snapshot.objects.filter(period=found, payees__contains=[person.pk])
        snapshot = snapshots.exclude(period__status__in=Period.MOVING).select_related("period").first()
        if snapshot is None:
            raise CommandError(
                _("%(name)s has no closed statement of %(label)s. A bundle can be had once the period is closed.")
                % {"name": person.name, "label": found.label}
            )
        path = out if isinstance(out, Path) else Path(f"statement-{found.label}-{person.external_id or person.pk}.zip")
        try:
            path.write_bytes(statement_bundle(snapshot, person, version=settings.VERSION))
        except OSError as error:
            raise CommandError(
                _("%(path)s can't be written: %(why)s.") % {"path": path, "why": error.strerror or error}
            ) from None
        self.stdout.write(str(path))

    def _check(self, path: Path) -> None:
        try:
            if path.stat().st_size > MOST_BYTES:
                raise CommandError(_("%(path)s is too large for a bundle.") % {"path": path})
            found = verify(path.read_bytes())
        except OSError as error:
            raise CommandError(
                _("%(path)s can't be read: %(why)s.") % {"path": path, "why": error.strerror or error}
            ) from None
        except BundleRefused as refused:
            raise CommandError(in_words(refused.said)) from None
        self._tell(found)

    def _tell(self, found: Verified) -> None:
        names = {"name": found.about.name, "label": found.about.period}
        if found.differences:
            for text in found.differences[:MOST_TOLD]:
                self.stderr.write(text)
            raise CommandError(
                _("NOT the same: %(count)s values of the statement of %(name)s for %(label)s differ.")
                % {**names, "count": len(found.differences)}
            )
        self.stdout.write(
            _("The same, to the last of %(lines)s lines: the statement of %(name)s for %(label)s.")
            % {**names, "lines": found.lines}
        )
        for currency, each in found.statements["statements"].items():
            self.stdout.write(
                _("%(currency)s: payable %(amount)s minor units")
                % {"currency": currency, "amount": f"{each['payable']:,}"}
            )
        self.stdout.write(_("Inputs: %(hash)s") % {"hash": found.inputs_hash})

    def _check_all(self, label: str | None) -> None:
        snapshots = Snapshot.objects.exclude(period__status__in=Period.MOVING).order_by("period__start", "pk")
        if label is not None:
            snapshots = snapshots.filter(period=calculated_period(label))
        payees = lines = different = 0
        for pk in list(snapshots.values_list("pk", flat=True)):
            found = checked(Snapshot.objects.select_related("period").get(pk=pk))
            payees, lines, different = payees + found.payees, lines + found.lines, different + len(found.differences)
            for number, text in found.differences[:MOST_TOLD]:
                self.stderr.write(f"{found.period}, payee {number}: {text}")
        if different:
            raise CommandError(_("NOT the same: %(count)s values differ.") % {"count": different})
        self.stdout.write(
            _("The same: the statements of %(payees)s payees with %(lines)s lines.")
            % {"payees": payees, "lines": lines}
        )
