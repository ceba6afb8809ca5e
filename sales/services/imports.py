"""A file's way into the facts: kept, read, compared, written or refused; all of it or nothing, once."""

import csv
import logging
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts.models import Company, User
from sales.engine.changes import CHANGED, CREATED, UNCHANGED
from sales.engine.convert import Converted, bad_rows, convert
from sales.engine.fields import Kind
from sales.engine.mapping import KindMapping, parse_mapping
from sales.engine.problems import Told, Unusable, told
from sales.engine.reading import read
from sales.engine.refused import guarded
from sales.models import Import
from sales.selectors import progress_key
from sales.services.bulk import DECIDE, Decision, Task
from sales.signals import import_waiting

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
KEEP_DRAFTS = timedelta(days=7)
KEEP_FILES = timedelta(days=90)
MOST_FORGOTTEN = 500  # at once: a transaction that ends
KEEP_PROGRESS = 3600  # seconds
_STOPPED = told("An unexpected error stopped the import; nothing was changed. The log has its details.")
_KILLS = told("The import was tried three times and stopped its worker each time. Split the file.")
_STAGES = {"reading": (0, 60), "comparing": (60, 70), "writing": (70, 100)}


class ImportBusy(Exception):  # noqa: N818 - nothing is wrong, only early
    """The import is being worked on, already done, or without its file."""


@transaction.atomic
def start_import(
    *,
    kind: Kind,
    file: BinaryIO,
    file_name: str,
    mapping: dict[str, Any],
    dry_run: bool,
    keep_good_rows: bool,
    wake: bool,
    acting_user: User | None,
    now: datetime,
    hold: bool = False,
) -> Import:
    """Keep a file to be imported; `wake` a worker for it, or `hold` it until somebody has matched its columns.

    Raises MappingError for a mapping that isn't one.
    """
    parse_mapping(mapping, kind)
    row = Import(
        kind=kind,
        file_name=file_name[-255:],
        mapping=mapping,
        dry_run=dry_run,
        keep_good_rows=keep_good_rows,
        status=Import.Status.DRAFT if hold else Import.Status.WAITING,
        started_by=acting_user,
        created_at=now,
    )
    row.file.save(f"{kind}{_suffix(file_name)}", File(file), save=False)
    row.save()
    if wake and not hold:
        import_waiting.send(Import, import_id=row.pk)
    return row


def _suffix(file_name: str) -> str:
    return ".xlsx" if file_name.lower().endswith(".xlsx") else ".csv"


@transaction.atomic
def apply_import(*, import_id: int, keep_good_rows: bool, acting_user: User, now: datetime) -> Import:
    """Import for real what was checked, or refused, before. Raises ImportBusy when it is not at rest."""
    row = _at_rest(import_id, Import.Status.CHECKED, Import.Status.REFUSED)
    row.dry_run, row.keep_good_rows = False, keep_good_rows
    return _wait(row, acting_user, now)


@transaction.atomic
def check_again(*, import_id: int, mapping: dict[str, Any], acting_user: User, now: datetime) -> Import:
    """Check the file that is kept anew, with another mapping. Raises MappingError, and ImportBusy as above."""
    row = _at_rest(import_id, Import.Status.DRAFT, Import.Status.CHECKED, Import.Status.REFUSED)
    parse_mapping(mapping, Kind(row.kind))
    row.dry_run, row.mapping = True, mapping
    return _wait(row, acting_user, now)


def _at_rest(import_id: int, *statuses: str) -> Import:
    row = Import.objects.select_for_update().get(pk=import_id)
    if row.status not in statuses:
        raise ImportBusy(_("This import is already done or under way. Start a new one to import the file again."))
    if not row.file:
        raise ImportBusy(_("The file is no longer kept on the server. Upload it again."))
    return row


def _wait(row: Import, user: User, now: datetime) -> Import:
    """Put a file that was at rest before a worker again."""
    row.status, row.started_by, row.created_at, row.attempts = Import.Status.WAITING, user, now, 0
    row.save(update_fields=["dry_run", "keep_good_rows", "mapping", "status", "started_by", "created_at", "attempts"])
    cache.delete(progress_key(row.pk))
    import_waiting.send(Import, import_id=row.pk)
    return row


@transaction.atomic
def forget_old_files(*, now: datetime) -> int:
    """Delete uploads whose columns nobody has matched in a week, and the files of imports that ended a quarter ago.

    What an import did, and why, stays. Files go before their rows: what a crash leaves is found the next time. Return
    how many uploads and imports that were.
    """
    locked = Import.objects.select_for_update(skip_locked=True).order_by("pk")
    drafts = locked.filter(status=Import.Status.DRAFT, created_at__lt=now - KEEP_DRAFTS)[:MOST_FORGOTTEN]
    ended = locked.exclude(file="", refused_file="").exclude(status__in=[Import.Status.DRAFT, Import.Status.WAITING])
    rows = [*drafts, *ended.filter(finished_at__lt=now - KEEP_FILES)[:MOST_FORGOTTEN]]
    for row in rows:
        for kept in (row.file, row.refused_file):
            if kept:
                kept.delete(save=False)
    Import.objects.filter(pk__in=[row.pk for row in rows], status=Import.Status.DRAFT).delete()
    Import.objects.filter(pk__in=[row.pk for row in rows]).update(file="", refused_file="")
    if rows:
        logger.info("forgot the files of %s old imports", len(rows))
    return len(rows)


def run_import(*, import_id: int, now: datetime, today: date) -> Import | None:
    """Do the work of a waiting import; None when another has done it or is doing it.

    1. count the attempt, in a transaction of its own: a file that kills its worker is given up after three;
    2. lock the row for as long as the work takes; 3. read, compare, write, and note how it went, in one transaction.
    """
    if not _count_attempt(import_id, now):
        return None
    try:
        with transaction.atomic():
            row = _waiting(import_id)
            if row is None:
                return None
            _work(row, now, today)
            row.save()
            return row
    except Exception:
        logger.exception("import %s failed", import_id)
        _give_up(import_id, now, _STOPPED)
        raise


def _waiting(import_id: int) -> Import | None:
    waiting = Import.objects.select_for_update(skip_locked=True).filter(status=Import.Status.WAITING)
    return waiting.filter(pk=import_id).first()


@transaction.atomic
def _count_attempt(import_id: int, now: datetime) -> bool:
    row = _waiting(import_id)
    if row is None:
        return False
    row.attempts += 1
    row.save(update_fields=["attempts"])
    if row.attempts > MOST_ATTEMPTS:
        _give_up(import_id, now, _KILLS)
    return row.attempts <= MOST_ATTEMPTS


def _give_up(import_id: int, now: datetime, why: Told) -> None:
    Import.objects.filter(pk=import_id, status=Import.Status.WAITING).update(
        status=Import.Status.REFUSED, finished_at=now, report=_fatal(why)
    )


def _fatal(*why: Told) -> dict[str, Any]:
    return {"fatal": [asdict(message) for message in why]}


def _work(row: Import, now: datetime, today: date) -> None:
    kind = Kind(row.kind)
    row.finished_at, row.report = now, {}
    row.created = row.changed = row.unchanged = row.refused = 0
    try:
        mapping = parse_mapping(row.mapping, kind)
        converted = _read(row, kind, mapping)
        _tell(row, "comparing", 0, converted.read)
        decision = DECIDE[kind](Task(kind, converted, mapping, today, locks=not row.dry_run))
        writes = _will_write(row, converted)
        if writes or kind in (Kind.PEOPLE, Kind.TEAMS):
            _tell(row, "writing", 0, converted.read)
            _write(decision, row.started_by, now, keep=writes)
    except Unusable as error:
        row.status, row.report = Import.Status.REFUSED, _fatal(*error.told)
        return
    row.status = _status(row, written=writes)
    _note(row, converted, decision)
    _keep_refused(row, converted, mapping)


def _read(row: Import, kind: Kind, mapping: KindMapping) -> Converted:
    with row.file.open("rb") as stored:
        source = cast("BinaryIO", stored.file)
        currency = Company.objects.values_list("currency", flat=True).first() or "USD"

        def tell(rows: int) -> None:
            _tell(row, "reading", min(1.0, source.tell() / max(1, row.file.size)), rows)

        return convert(read(source, mapping), kind, mapping, currency, tell)


def _will_write(row: Import, converted: Converted) -> bool:
    return not row.dry_run and (row.keep_good_rows or not converted.problems.count)


def _status(row: Import, *, written: bool) -> str:
    if row.dry_run:
        return Import.Status.CHECKED
    return Import.Status.DONE if written else Import.Status.REFUSED


def _write(decision: Decision, user: User | None, now: datetime, *, keep: bool) -> None:
    """Write, or rehearse the writing where only the database knows whether it can be. Raises Unusable when it can't."""
    try:
        with transaction.atomic(), translation.override(None):  # what is said below is told, and translated by pages
            decision.write(user, now)
            _check_constraints()
            transaction.set_rollback(not keep)
    except ValidationError as error:
        raise Unusable(*_told_by(error)) from None
    except IntegrityError as error:
        logger.warning("import refused by the database: %s", error)
        why = str(error).partition("\n")[0]
        raise Unusable(
            told("The database refused the rows together (%(why)s). Nothing was changed. Correct the file.", why=why)
        ) from None


def _told_by(error: ValidationError) -> list[Told]:
    """What a service said untranslated: the message and its parameters, still apart."""
    by_field = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    return [
        Told(str(each.message), {name: str(value) for name, value in (each.params or {}).items()})
        for errors in by_field
        for each in errors
    ]


def _check_constraints() -> None:
    """Let deferred constraints speak before the commit, where their words can still be reported."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _note(row: Import, converted: Converted, decision: Decision) -> None:
    problems = converted.problems
    row.rows = row.rows_done = converted.read
    row.created, row.changed = decision.count(CREATED), decision.count(CHANGED)
    row.unchanged, row.refused = decision.count(UNCHANGED), len(problems.by_line)
    row.report = {
        "problems": [asdict(problem) for problem in problems.detailed],
        "problem_count": problems.count,
        "samples": {verdict: [asdict(sample) for sample in found] for verdict, found in decision.samples.items()},
        "also": decision.also,
        "unread": list(converted.unread),
        "columns": converted.columns,
    }


def _keep_refused(row: Import, converted: Converted, mapping: KindMapping) -> None:
    """Write the refused rows to a file that can be corrected and imported with the same mapping."""
    if before := row.refused_file.name:  # of the check before this one
        transaction.on_commit(partial(row.refused_file.storage.delete, before))
    row.refused_file = None
    if not converted.problems.by_line:
        return
    with row.file.open("rb") as stored, TemporaryFile() as target:
        sheet = read(cast("BinaryIO", stored.file), mapping)
        encoding = mapping.encoding or "utf-8-sig"
        text = TextIOWrapper(target, encoding, errors="replace", newline="", write_through=True)
        delimiter = {"tab": "\t"}.get(mapping.delimiter or "", mapping.delimiter) or ","
        writer = csv.writer(text, delimiter=delimiter)
        writer.writerow([*sheet.header, "problem"])
        for _line, cells, problem in bad_rows(sheet, converted.problems):
            padding = [""] * (len(sheet.header) - len(cells))
            writer.writerow([*map(guarded, cells), *padding, guarded(problem)])
        text.flush()
        target.seek(0)
        row.refused_file.save(f"{row.kind}-refused.csv", File(target), save=False)
        text.detach()


def _tell(row: Import, stage: str, part: float, rows: int) -> None:
    """Tell the open pages how far the work is; the work itself does not depend on it."""
    low, high = _STAGES[stage]
    told = {"percent": int(low + (high - low) * part), "rows": rows, "stage": stage}
    try:
        cache.set(progress_key(row.pk), told, KEEP_PROGRESS)
    except RedisError:
        logger.info("no progress told for import %s: Valkey is away", row.pk)
