"""manage.py import KIND FILE: the same import as by page, at once and without a worker."""  # noqa: N999

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sales import selectors, services
from sales.engine.fields import FIELDS, Kind
from sales.engine.mapping import check_document
from sales.engine.problems import Unusable
from sales.models import Import

REFUSED, UNUSABLE = 1, 2
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Import people, teams, customers, products, deals or payments from a CSV or XLSX file. Importing a file twice "
        "changes nothing. All rows go in or none, unless you keep the good ones. Exit codes: 0 all went well, 1 rows "
        "were refused, 2 the file or the mapping can't be used."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=[str(kind) for kind in Kind], help="what the rows are")
        parser.add_argument("file", type=Path, help="a .csv or .xlsx file whose first line names its columns")
        parser.add_argument("--mapping", type=Path, help="a YAML file: which column is which field, words, dates")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        parser.add_argument("--keep-good-rows", action="store_true", help="import the good rows, refuse the others")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
        parser.epilog = "Fields: " + "; ".join(
            f"{kind}: {', '.join(field.name for field in fields)}" for kind, fields in FIELDS.items()
        )

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        try:
            row = self._run(options)
        except (Unusable, OSError, UnicodeDecodeError) as error:
            raise CommandError(_readable(error), returncode=UNUSABLE) from None
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(row), ensure_ascii=False, indent=2))
        else:
            self._tell(row)
        if fatal := _fatal(row):
            raise CommandError(fatal, returncode=UNUSABLE)
        if row.refused:
            sys.exit(REFUSED)

    def _run(self, options: dict[str, Any]) -> Import:
        kind, path, now = Kind(options["kind"]), options["file"], timezone.now()
        mapping = check_document(options["mapping"].read_text("utf-8"), kind) if options["mapping"] else {}
        # One transaction: a worker that sweeps for waiting imports never sees this one.
        with path.open("rb") as file, transaction.atomic():
            row = services.start_import(
                kind=kind,
                file=file,
                file_name=path.name,
                mapping=mapping,
                dry_run=options["dry_run"],
                keep_good_rows=options["keep_good_rows"],
                wake=False,
                acting_user=None,
                now=now,
            )
            done = services.run_import(import_id=row.pk, now=now, today=timezone.localdate(now))
        return done or row

    def _tell(self, row: Import) -> None:
        report = row.report
        for problem in selectors.reported_problems(row)[:SHOWN]:
            self.stderr.write(str(problem))
        if (more := report.get("problem_count", 0) - SHOWN) > 0:
            self.stderr.write(f"… and {more:,} more problems. --json lists up to 1,000 of them.")
        for sample in report.get("samples", {}).get("changed", [])[:SHOWN]:
            changes = ", ".join(f"{c['field']} {c['old'] or '-'} → {c['new'] or '-'}" for c in sample["changes"])
            self.stdout.write(f"{sample['external_id']}: {changes}")
        for what, names in report.get("also", {}).items():
            if names and what == "removed":
                self.stdout.write(f"{len(names)} lines that aren't in the file go: {', '.join(names[:SHOWN])}.")
            elif names:
                self.stdout.write(f"With them come {len(names)} {what}: {', '.join(names[:SHOWN])}.")
        if "fatal" not in report:
            self.stdout.write(_summary(row))


def _summary(row: Import) -> str:
    counts = (
        f"{row.rows:,} rows: {row.created:,} created, {row.changed:,} changed, {row.unchanged:,} unchanged, "
        f"{row.refused:,} refused."
    )
    if row.dry_run:
        return f"Dry run, nothing was changed. {counts}"
    if row.status == Import.Status.REFUSED:
        return (
            f"Nothing was changed: {row.refused:,} of {row.rows:,} rows were refused. Correct them or --keep-good-rows."
        )
    kept = f" The refused rows are in {row.refused_file.path}." if row.refused_file else ""
    return counts + kept


def _fatal(row: Import) -> str:
    return "\n".join(map(str, selectors.reported_fatal(row)))


def _as_json(row: Import) -> dict[str, Any]:
    """The report as it is stored, except that messages are filled in: plain English."""
    said = {"fatal": _fatal(row)} if "fatal" in row.report else {"problems": _problems(row)}
    return {
        "kind": row.kind,
        "file": row.file_name,
        "status": row.status,
        "dry_run": row.dry_run,
        **{name: getattr(row, name) for name in ("rows", "created", "changed", "unchanged", "refused")},
        **row.report,
        **said,
    }


def _problems(row: Import) -> list[dict[str, Any]]:
    return [
        {
            "line": problem.line,
            "column": problem.column,
            "value": problem.value,
            "what": str(problem.what),
            "fix": str(problem.fix),
        }
        for problem in selectors.reported_problems(row)
    ]


def _readable(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file {error.filename}. Check its path."
    if isinstance(error, UnicodeDecodeError):
        return "The mapping is not UTF-8 text. Save it as UTF-8."
    return f"{error.filename}: {error.strerror}." if isinstance(error, OSError) and error.filename else str(error)
