"""Which uploads are kept, and for how long."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from config.celery import app
from sales import services
from sales.models import Import
from sales.tasks import forget_old_files
from tests.sales.import_pages import BAD, DEALS, GOOD, NOW, apply, page_of, send, text_of, upload, url

WEEK, QUARTER = timedelta(days=7), timedelta(days=90)
MOMENT = timedelta(seconds=1)
Commits = Callable[..., AbstractContextManager[object]]


def draft(client: Client, created_at: datetime) -> Import:
    send(client, "deals", GOOD)
    row = Import.objects.latest("pk")
    row.created_at = created_at
    row.save(update_fields=["created_at"])
    return row


def files() -> set[str]:
    """Names of the files that are kept, on disk as in the database."""
    kept = {name for row in Import.objects.all() for name in (row.file.name, row.refused_file.name) if name}
    assert kept == {f"imports/{path.name}" for path in stored()}
    return kept


def stored() -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / "imports").iterdir())


def test_an_upload_whose_columns_nobody_matches_is_deleted_after_a_week(ada: Client) -> None:
    old = draft(ada, NOW - WEEK - MOMENT)
    young = draft(ada, NOW - WEEK)
    assert services.forget_old_files(now=NOW) == 1
    assert [row.pk for row in Import.objects.all()] == [young.pk]
    assert files() == {young.file.name}
    assert old.file.name != young.file.name


def test_the_files_of_an_import_are_deleted_after_a_quarter_and_its_report_stays(ada: Client) -> None:
    done = upload(ada, "deals", BAD, source="{}", dry_run="", keep_good_rows="on")
    assert len(files()) == 2
    assert services.forget_old_files(now=NOW + QUARTER) == 0
    assert services.forget_old_files(now=NOW + QUARTER + MOMENT) == 1
    assert files() == set()
    page = page_of(ada, done)
    assert "No person has this external id or e-mail address." in page
    assert ("Refused rows" in page, "Import another file" in page) == (False, True)
    assert services.forget_old_files(now=NOW + QUARTER + MOMENT) == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [(GOOD, "Import now"), (BAD, "Import the good rows"), (DEALS + "a,b,c,d,e\n" * 2_500, "Check again")],
    ids=["good", "refused", "unusable"],
)
def test_an_import_without_its_file_can_not_go_on_and_says_so(ada: Client, content: str, says: str) -> None:
    row = upload(ada, "deals", content, source="{}")
    assert says in page_of(ada, row)
    services.forget_old_files(now=NOW + QUARTER + MOMENT)
    page = page_of(ada, row)
    assert ("Upload the file again" in page, says in page) == (True, False)
    for act in ("import-apply", "import-check"):
        answer = ada.post(url(act, row.pk), follow=True)
        assert "The file is no longer kept on the server. Upload it again." in text_of(answer)
    columns = ada.get(url("import-columns", row.pk))
    assert columns.status_code == 422
    assert "The file is no longer kept on the server. Upload it again." in text_of(columns)
    row.refresh_from_db()
    assert row.status in ("checked", "refused")


def test_refused_rows_take_the_place_of_those_of_the_check_before(
    ada: Client, django_capture_on_commit_callbacks: Commits
) -> None:
    row = upload(ada, "deals", BAD, source="{}")
    with django_capture_on_commit_callbacks(execute=True):
        apply(ada, row, keep_good_rows="on")
    assert len(files()) == 2


def test_a_file_that_waits_for_a_worker_is_kept_however_old(ada: Client) -> None:
    send(ada, "deals", GOOD, source="{}", dry_run="on")
    assert services.forget_old_files(now=NOW + timedelta(days=1_000)) == 0
    assert len(files()) == 1


def test_a_file_that_is_already_gone_is_no_error(ada: Client) -> None:
    row = draft(ada, NOW - WEEK - MOMENT)
    Path(row.file.path).unlink()
    assert services.forget_old_files(now=NOW) == 1
    assert not Import.objects.exists()


def test_the_clock_forgets_old_files(ada: Client) -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} >= {forget_old_files.name}
    draft(ada, datetime(2020, 1, 1, tzinfo=NOW.tzinfo))
    forget_old_files()
    assert not Import.objects.exists()
