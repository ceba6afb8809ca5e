import json
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import selectors, services
from commissions.engine.document import PlanInvalid, document_hash, json_schema, load_plan
from commissions.engine.examples import ExampleResult, run_examples
from commissions.engine.questions import questions
from commissions.engine.schema import PlanDocument
from commissions.management.arguments import day, payee, plan_named, text_of
from commissions.models import Plan, PlanVersion
from commissions.policies import can_publish_plans


@dataclass(frozen=True, slots=True)
class How:
    """To publish: from which day, by whom, and whether what is asked about is meant."""

    start: date
    publisher: User | None
    is_sure: bool


class Command(BaseCommand):
    help = (
        "Check plan documents, run the examples inside them, or publish them. `check` says where a document is wrong; "
        "`test` runs every example and ends with 1 when one fails; `publish` puts a plan in force from a day on, and "
        "is refused while an example fails; `diff` says in words what changed; `init` starts from a template; `schema` "
        "prints the JSON Schema of a plan."
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
                sub.add_argument("--as", dest="publisher", metavar="E-MAIL", help="the administrator who publishes")
                sub.add_argument("--sure", action="store_true", help="what `plan check` asks about is meant")
        _add_diff(actions.add_parser("diff", help="Say what changed between two documents."))
        _add_init(actions.add_parser("init", help="Start a plan from a template."))
        actions.add_parser("schema", help="Print the JSON Schema of plan documents, for editors.")

    def handle(self, *, action: str, **options: Any) -> None:  # noqa: ANN401 arguments of five actions
        match action:
            case "schema":
                self.stdout.write(json.dumps(json_schema(), indent=2))
            case "diff":
                self._diff(options["what"], quiet=options["json"])
            case "init":
                self._init(options["template"], options["output"], wants_list=options["list"])
            case _:
                how = _how(options) if action == "publish" else None
                self._each(action, options["files"], how, quiet=options["json"])

    def _each(self, action: str, files: list[Path], how: How | None, *, quiet: bool) -> None:
        if how is not None:
            results = [self._publish(path, how, quiet=quiet) for path in files]
        else:
            act = self._check if action == "check" else self._test
            results = [act(path, quiet=quiet) for path in files]
        if quiet:
            self.stdout.write(json.dumps(results, indent=2, ensure_ascii=False))
        bad = sum(not result["ok"] for result in results)
        if bad:
            raise CommandError(_("%(bad)s of %(all)s documents failed.") % {"bad": bad, "all": len(files)})

    def _diff(self, what: list[str], *, quiet: bool) -> None:
        old, new = _compared(what)
        groups = selectors.changes(old, new)
        if quiet:
            rows = [{"component": group.component, "name": group.name, "changes": group.texts} for group in groups]
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        for group in groups:
            self.stdout.write(group.name or _("The plan as a whole"))
            self.stdout.write("\n".join(f"  {text}" for text in group.texts))
        if not groups:
            self.stdout.write(_("Both say the same."))

    def _init(self, slug: str | None, output: Path | None, *, wants_list: bool) -> None:
        known = selectors.plan_templates()
        if wants_list or slug is None:
            width = max(len(template.slug) for template in known)
            for template in known:
                self.stdout.write(f"{template.slug:{width}}  {template.title}. {template.text}")
            return
        source = _template(slug)
        if output is None:
            self.stdout.write(source, ending="")
            return
        _write_new(output, source)
        text = _("%(path)s is written. Change it, then run `plan test` and `plan publish` with it.")
        self.stdout.write(text % {"path": output})

    def _check(self, path: Path, *, quiet: bool) -> dict[str, Any]:
        document, errors = _load(path)
        asked = [str(each) for each in questions(document, run_examples(document))] if document else []
        if not quiet:
            self._say(path, document, errors)
            self._ask(asked)
        return {"file": str(path), "ok": not errors, "errors": errors, "questions": asked}

    def _test(self, path: Path, *, quiet: bool) -> dict[str, Any]:
        document, errors = _load(path)
        results = run_examples(document) if document else []
        if not quiet:
            self._say(path, document, errors)
            self._say_examples(document, results)
        passed = not errors and all(result.passed for result in results)
        return {"file": str(path), "ok": passed, "errors": errors, "examples": [_as_data(each) for each in results]}

    def _ask(self, asked: list[str]) -> None:
        if asked:
            self.stdout.write(_("  It is allowed, but asked about:"))
            self.stdout.write("\n".join(f"    {question}" for question in asked))

    def _publish(self, path: Path, how: How, *, quiet: bool) -> dict[str, Any]:
        document, errors = _load(path)
        result: dict[str, Any] = {"file": str(path), "ok": False, "errors": errors}
        if document is None:
            if not quiet:
                self._say(path, document, errors)
            return result
        known = _published(document, how.start)
        try:
            version = known or services.publish_file(
                source=text_of(path), from_date=how.start, acting_user=how.publisher, now=timezone.now(),
                is_sure=how.is_sure,
            )  # fmt: skip
        except services.PlanRefused as error:
            self.stderr.write(f"{path}: {_refusal(error)}")
            return {**result, "errors": [_refusal(error)]}
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


def _add_diff(parser: ArgumentParser) -> None:
    parser.description = "Say what changed between two files, or between two versions of a plan: `diff NAME 1 2`."
    parser.add_argument("what", nargs="+", metavar="FILE FILE | NAME VERSION VERSION")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _add_init(parser: ArgumentParser) -> None:
    parser.description = "Print a template, or write it to a new file. Without a name the templates are listed."
    parser.add_argument("template", nargs="?", metavar="TEMPLATE")
    parser.add_argument("--output", type=Path, metavar="FILE.yaml", help="the file to write; it must not exist yet")
    parser.add_argument("--list", action="store_true", help="list the templates")


def _compared(what: list[str]) -> tuple[PlanDocument, PlanDocument]:
    if len(what) == 2:
        return _document(Path(what[0])), _document(Path(what[1]))
    if len(what) == 3:
        plan = plan_named(what[0])
        return _version(plan, what[1]), _version(plan, what[2])
    raise CommandError(_("Write two files, or a plan's name and two version numbers: `plan diff NAME 1 2`."))


def _document(path: Path) -> PlanDocument:
    document, errors = _load(path)
    if document is None:
        raise CommandError("\n".join(f"{path}: {error}" for error in errors))
    return document


def _version(plan: Plan, number: str) -> PlanDocument:
    versions = {str(version.number): version for version in plan.versions.order_by("number")}
    if number not in versions:
        raise CommandError(
            _("%(plan)s has no version %(number)s. It has: %(known)s.")
            % {"plan": plan.name, "number": number, "known": ", ".join(versions)}
        )
    return selectors.document_of(versions[number])


def _template(slug: str) -> str:
    try:
        return selectors.template_source(slug)
    except KeyError:
        known = ", ".join(template.slug for template in selectors.plan_templates())
        raise CommandError(
            _("There is no template %(slug)s. The templates are: %(known)s.") % {"slug": repr(slug), "known": known}
        ) from None


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(
            _("%(path)s is there already and stays as it is. Choose another name.") % {"path": path}
        ) from None
    except OSError as error:
        raise CommandError(
            _("%(path)s can't be written: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from None


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


def _how(options: dict[str, Any]) -> How:
    publisher = payee(options["publisher"]) if options["publisher"] else None
    if publisher is not None and not can_publish_plans(publisher):
        raise CommandError(_("%(name)s is no administrator, so she can't publish plans.") % {"name": publisher.name})
    return How(day(options["from_date"]), publisher, is_sure=options["sure"])


def _refusal(error: services.PlanRefused) -> str:
    if isinstance(error, services.QuestionsOpen):
        how = _("If all of it is meant, publish it again with --sure.")
        return f"{error}\n{how}"
    return str(error)


def _as_data(result: ExampleResult) -> dict[str, Any]:
    rows = [
        {"payee": row.payee, "period": row.period, "component": row.component, "expected": str(row.expected),
         "actual": str(row.actual), "notices": [f"{code} {detail}" for code, detail in row.notices]}
        for row in result.differences
    ]  # fmt: skip
    error = str(result.error or "")
    return {"name": result.name, "passed": result.passed, "error": error, "differences": rows}
