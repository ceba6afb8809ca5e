import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from commissions import services
from commissions.engine.document import PlanInvalid, document_hash, load_plan
from commissions.engine.examples import ExampleResult, run_examples
from commissions.engine.schema import PlanDocument
from commissions.management.arguments import day, text_of
from commissions.models import Plan, PlanVersion


class Command(BaseCommand):
    help = (
        "Check plan documents, run the examples inside them, or publish them. `check` says where a document is wrong; "
        "`test` runs every example and ends with 1 when one fails; `publish` puts a plan in force from a day on, and "
        "is refused while an example fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for action, text in (
            ("check", "Validate documents."),
            ("test", "Run the examples in documents."),
            ("publish", "Publish documents from a day on."),
        ):
            sub = actions.add_parser(action, help=text, description=text)
            sub.add_argument("files", nargs="+", type=Path, metavar="FILE.yaml")
            sub.add_argument("--json", action="store_true", help="print the result as JSON")
            if action == "publish":
                sub.add_argument("--from", dest="from_date", required=True, metavar="DATE", help="such as 2017-01-01")

    def handle(self, *, action: str, files: list[Path], from_date: str = "", **options: object) -> None:
        quiet = bool(options["json"])
        match action:
            case "check":
                results = [self._check(path, quiet=quiet) for path in files]
            case "test":
                results = [self._test(path, quiet=quiet) for path in files]
            case _:
                start = day(from_date)
                results = [self._publish(path, start, quiet=quiet) for path in files]
        if quiet:
            self.stdout.write(json.dumps(results, indent=2, ensure_ascii=False))
        bad = sum(not result["ok"] for result in results)
        if bad:
            raise CommandError(_("%(bad)s of %(all)s documents failed.") % {"bad": bad, "all": len(files)})

    def _check(self, path: Path, *, quiet: bool) -> dict[str, Any]:
        document, errors = _load(path)
        if not quiet:
            self._say(path, document, errors)
        return {"file": str(path), "ok": not errors, "errors": errors}

    def _test(self, path: Path, *, quiet: bool) -> dict[str, Any]:
        document, errors = _load(path)
        results = run_examples(document) if document else []
        if not quiet:
            self._say(path, document, errors)
            self._say_examples(document, results)
        passed = not errors and all(result.passed for result in results)
        return {"file": str(path), "ok": passed, "errors": errors, "examples": [_as_data(each) for each in results]}

    def _publish(self, path: Path, start: date, *, quiet: bool) -> dict[str, Any]:
        document, errors = _load(path)
        result: dict[str, Any] = {"file": str(path), "ok": False, "errors": errors}
        if document is None:
            if not quiet:
                self._say(path, document, errors)
            return result
        known = _published(document, start)
        try:
            version = known or _publish_source(text_of(path), start)
        except services.PlanRefused as error:
            self.stderr.write(f"{path}: {error}")
            return {**result, "errors": [str(error)]}
        if not quiet:
            self._say_published(version, document, is_known=known is not None)
        return {**result, "ok": True, "plan": version.plan.name, "version": version.number, "hash": version.hash}

    def _say(self, path: Path, document: PlanDocument | None, errors: list[str]) -> None:
        for error in errors:
            self.stderr.write(f"{path}: {error}")
        if document:
            components = len(document.components)
            text = _("%(path)s: %(plan)s is a valid plan with %(components)s components and %(examples)s examples.")
            self.stdout.write(text % {
                "path": path, "plan": document.plan, "components": components, "examples": len(document.examples)
            })  # fmt: skip

    def _say_examples(self, document: PlanDocument | None, results: list[ExampleResult]) -> None:
        for result in results:
            self.stdout.write("\n".join(f"  {line}" for line in services.describe(result)))
        if document and not results:
            self.stderr.write(_("  It has no examples, so nothing was tested. Add the cases that finance agreed on."))

    def _say_published(self, version: PlanVersion, document: PlanDocument, *, is_known: bool) -> None:
        text = _("%(version)s was in force from %(start)s before; nothing changed.") if is_known else _(
            "%(version)s is in force from %(start)s.")  # fmt: skip
        self.stdout.write(text % {"version": version, "start": version.during.lower})
        if not document.examples:
            self.stderr.write(_("It has no examples: nothing vouches that it pays what was agreed."))


def _load(path: Path) -> tuple[PlanDocument | None, list[str]]:
    try:
        return load_plan(text_of(path)), []
    except PlanInvalid as error:
        return None, [str(each) for each in error.errors]


def _published(document: PlanDocument, start: date) -> PlanVersion | None:
    """The version in force that is this very document since this very day: publishing twice changes nothing."""
    plan = Plan.objects.filter(name=document.plan).first()
    if plan is None:
        return None
    same = plan.versions.filter(status=PlanVersion.Status.PUBLISHED, hash=document_hash(document))
    return same.filter(during__startswith=start, during__upper_inf=True).select_related("plan").first()


def _publish_source(source: str, start: date) -> PlanVersion:
    now = timezone.now()
    draft = services.save_draft(source=source, acting_user=None, now=now)
    return services.publish_version(version=draft, from_date=start, acting_user=None, now=now)


def _as_data(result: ExampleResult) -> dict[str, Any]:
    rows = [
        {"payee": row.payee, "period": row.period, "component": row.component, "expected": str(row.expected),
         "actual": str(row.actual), "notices": list(row.notices)}
        for row in result.differences
    ]  # fmt: skip
    return {"name": result.name, "passed": result.passed, "error": result.error, "differences": rows}
