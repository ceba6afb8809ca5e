"""Reading imports and their mappings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, BinaryIO, cast

from django.core.cache import cache
from django.db.models import QuerySet
from redis.exceptions import RedisError

from sales.engine.changes import CHANGED, CREATED
from sales.engine.columns import Head, as_yaml, by_kind, part_of, peek, source_of
from sales.engine.fields import FIELDS, Kind, is_custom
from sales.engine.mapping import KindMapping, MappingError, parse_mapping
from sales.engine.problems import Problem, Told, Unusable, problem_from, told, told_from
from sales.models import Import, ImportMapping
from sales.selectors.guides import label_of
from sales.selectors.messages import in_words

WAKE_UP_AFTER = timedelta(seconds=10)  # as long as the wake-up of the commit may take
LARGEST_WORKBOOK_SHOWN = 10_000_000  # bytes: a workbook is read whole before its first row is known
COMMON = 8
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Progress:
    percent: int
    rows: int
    stage: str  # reading, comparing, writing

    @property
    def share(self) -> Fraction:
        return Fraction(self.percent, 100)


@dataclass(frozen=True, slots=True)
class Changed:
    line: int
    external_id: str
    changes: tuple[tuple[str, str, str], ...]  # label of the field, old, new


@dataclass(frozen=True, slots=True)
class ProblemRow:
    line: int
    column: str
    value: str
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an import would do, or did."""

    fatal: list[str]
    problems: list[ProblemRow]  # the first of them
    problem_count: int
    common: list[tuple[str, str, int]]  # column, what, how often: problems that come again and again
    created: tuple[Changed, ...]
    changed: tuple[Changed, ...]
    also: dict[str, list[str]]
    unread: list[str]
    columns: list[tuple[str, str]]
    mapping: str
    good: int


@dataclass(frozen=True, slots=True)
class MappingRow:
    pk: int
    name: str
    kinds: list[str]


def progress_key(import_id: int) -> str:
    return f"sales.import:{import_id}"


def import_progress(import_id: int) -> Progress | None:
    """How far the worker has come, or None while nobody has begun.

    It is kept in Valkey: what the work writes to the database is not seen before its end.
    """
    try:
        found = cache.get(progress_key(import_id))
    except RedisError:
        return None
    return Progress(**found) if found else None


def waiting_imports(now: datetime) -> list[int]:
    """Imports whose wake-up was lost or whose worker died, and those being worked on, which a second worker skips."""
    waiting = Import.objects.filter(status=Import.Status.WAITING, created_at__lt=now - WAKE_UP_AFTER)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def import_list() -> QuerySet[Import]:
    return Import.objects.select_related("started_by").defer("report", "mapping").order_by("-pk")


def import_report(row: Import) -> Report:
    found = row.report
    samples = found.get("samples", {})
    problems = [_problem_row(problem) for problem in reported_problems(row)]
    return Report(
        fatal=in_words(*reported_fatal(row)),
        problems=problems,
        problem_count=found.get("problem_count", 0),
        common=_common(problems),
        created=_samples(samples.get(CREATED, [])),
        changed=_samples(samples.get(CHANGED, [])),
        also={kind: names for kind, names in found.get("also", {}).items() if names},
        unread=found.get("unread", []),
        columns=_read_as(row),
        mapping=as_yaml(row.mapping),
        good=row.created + row.changed,
    )


def reported_fatal(row: Import) -> list[Told]:
    """Why the file could not be used at all, as the engine told it; nothing where it could."""
    return [told_from(message) for message in row.report.get("fatal", [])]


def reported_problems(row: Import) -> list[Problem]:
    """The first problems that were found in its rows, as the engine told them, line by line."""
    found = [problem_from(problem) for problem in row.report.get("problems", [])]
    return sorted(found, key=lambda problem: problem.line)


def _problem_row(problem: Problem) -> ProblemRow:
    what, fix = in_words(problem.what, problem.fix)
    return ProblemRow(problem.line, problem.column, problem.value, what, fix)


def _common(problems: list[ProblemRow]) -> list[tuple[str, str, int]]:
    counted = Counter((problem.column, problem.what) for problem in problems)
    return [(column, what, times) for (column, what), times in counted.most_common(COMMON) if times > 1]


def _read_as(row: Import) -> list[tuple[str, str]]:
    """Where each field came from: a column, or what the mapping says for all rows."""
    kind, part, columns = Kind(row.kind), kept_part(row), row.report.get("columns", {})
    names = [*(field.name for field in FIELDS[kind]), *(name for name in columns if is_custom(kind, name))]
    sources = {name: source_of(part, name) for name in names if name in columns}
    fixed = {name: source.template or source.value for name, source in sources.items() if source}
    return [(label_of(name), fixed.get(name) or columns[name]) for name in sources]


def _samples(found: list[dict[str, Any]]) -> tuple[Changed, ...]:
    return tuple(
        Changed(
            sample["line"],
            sample["external_id"],
            tuple((label_of(change["field"]), change["old"], change["new"]) for change in sample["changes"]),
        )
        for sample in found[:SHOWN]
    )


def stored_head(row: Import, part: Mapping[str, Any]) -> Head:
    """The columns of an import's file, read as a part of a mapping says. Raises Unusable."""
    mapping = parse_mapping(part, Kind(row.kind))
    if not row.file:
        raise Unusable(told("The file is no longer kept on the server. Upload it again."))
    with row.file.open("rb") as stored:
        return head_of(cast("BinaryIO", stored.file), row.file.size, row.file_name, mapping)


def head_of(source: BinaryIO, size: int, name: str, mapping: KindMapping) -> Head:
    """The columns of a file. Raises Unusable, also for a workbook that is too large to be looked at in a page."""
    if name.lower().endswith(".xlsx") and size > LARGEST_WORKBOOK_SHOWN:
        raise TooLargeToShow(
            told(
                "The workbook is too large to show its columns here. Save the sheet as CSV UTF-8, or choose a mapping."
            )
        )
    return peek(source, mapping)


class TooLargeToShow(Unusable):
    """A workbook that a worker can read, but no page."""


def mapping_list() -> QuerySet[ImportMapping]:
    return ImportMapping.objects.order_by("name")


def mapping_names() -> list[str]:
    return list(mapping_list().values_list("name", flat=True))


def mapping_rows(found: list[ImportMapping]) -> list[MappingRow]:
    return [
        MappingRow(row.pk, row.name, [str(Import.Kind(kind).label) for kind in by_kind(row.document)]) for row in found
    ]


def kept_part(row: Import) -> dict[str, Any]:
    """The part of an import's mapping that is about its kind; nothing where it is no longer understood."""
    part = part_of(row.mapping, Kind(row.kind))
    try:
        parse_mapping(part, Kind(row.kind))
    except MappingError:
        return {}
    return part
