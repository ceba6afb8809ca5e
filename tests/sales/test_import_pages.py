"""Imports by page, from the upload to the facts: what an administrator sees, and what nobody else does."""

from collections.abc import Callable
from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from sales import selectors
from sales.engine.convert import convert
from sales.engine.fields import FIELDS, Kind
from sales.engine.mapping import KindMapping
from sales.engine.reading import read
from sales.models import Deal, Import, ImportMapping, Product
from tests.conftest import Cast, person
from tests.sales.import_pages import (
    BAD,
    DEALS,
    FILES,
    GOOD,
    QUICKSTART,
    Response,
    apply,
    counts,
    page_of,
    send,
    signed_in,
    text_of,
    upload,
    url,
    worked,
)


def test_the_quickstart_goes_in_by_page_with_a_saved_mapping_and_twice_changes_nothing(
    ada: Client, crm: ImportMapping
) -> None:
    for kind, (name, *_rest) in FILES.items():
        content = (QUICKSTART / "sample" / name).read_bytes()
        checked = upload(ada, kind, content, name, mapping=crm.pk)
        rows = checked.rows
        assert (checked.status, counts(checked)) == ("checked", (rows, 0, 0, 0)), checked.report
        assert f"Would be created {rows}" in page_of(ada, checked)
        done = apply(ada, checked)
        assert (done.status, counts(done)) == ("done", (rows, 0, 0, 0))
        again = upload(ada, kind, content, name, mapping=crm.pk)
        assert counts(again) == (0, 0, rows, 0)
        assert "Everything in this file is known already. There is nothing to import." in page_of(ada, again)
    lines = (QUICKSTART / "sample" / "sales_pipeline.csv").read_text("utf-8").count("\n")
    assert Deal.objects.count() == lines - 1
    assert not Product.objects.filter(name="GTXPro").exists()


def test_a_dry_run_is_the_default_and_changes_nothing(ada: Client) -> None:
    assert 'name="dry_run"' in ada.get(url("import-new")).content.decode()
    row = upload(ada, "deals", GOOD, source="date_formats: ['%Y-%m-%d']")
    assert (row.status, row.dry_run, Deal.objects.count()) == ("checked", True, 0)


def test_a_changed_row_is_shown_with_its_old_and_new_value(ada: Client) -> None:
    upload(ada, "deals", GOOD, source="{}", dry_run="")
    row = upload(ada, "deals", GOOD.replace("D1,ana,100", "D1,ben,150"), source="{}")
    text = page_of(ada, row)
    assert "Owner Ana → Ben" in text
    assert "Amount USD 100.00 → USD 150.00" in text
    assert counts(row) == (0, 1, 1, 0)


def test_all_or_nothing_refuses_a_file_with_bad_rows_and_says_where_they_are(ada: Client) -> None:
    checked = upload(ada, "deals", BAD, source="{}")
    assert counts(checked) == (2, 0, 0, 2)
    refused = apply(ada, checked)
    assert (refused.status, Deal.objects.count()) == ("refused", 0)
    text = page_of(ada, refused)
    assert "Nothing was changed: 2 rows can't be used, and all rows go in or none." in text
    assert "Line 4 owner zoe No person has this external id or e-mail address." in text
    assert "Line 5 amount 1e400" in text


def test_good_rows_go_in_and_the_bad_ones_come_back_as_a_file_that_can_be_imported(cast: Cast, ada: Client) -> None:
    done = apply(ada, upload(ada, "deals", BAD, source="{}"), keep_good_rows="on")
    assert (done.status, counts(done)) == ("done", (2, 0, 0, 2))
    assert set(Deal.objects.values_list("external_id", flat=True)) == {"D1", "D2"}
    response: Response = ada.get(url("import-refused", done.pk))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="deals-{done.pk}-refused.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    content = b"".join(response).decode("utf-8-sig")
    assert [line.split(",")[0] for line in content.splitlines()] == ["external_id", "D3", "D4"]
    corrected = content.replace("zoe", "ben").replace("1e400", "400")
    assert counts(upload(ada, "deals", corrected, source="{}", dry_run="")) == (2, 0, 0, 0)


def test_a_file_without_bad_rows_has_no_refused_rows_to_download(ada: Client) -> None:
    row = upload(ada, "deals", GOOD, source="{}")
    assert ada.get(url("import-refused", row.pk)).status_code == 404


def test_problems_are_shown_in_pages(ada: Client) -> None:
    row = upload(ada, "deals", DEALS + "".join(f"D{n},nobody,1,won,2026-01-05\n" for n in range(60)), source="{}")
    first, second = page_of(ada, row), text_of(ada.get(url("import", row.pk), {"page": 2}))
    assert "60 \N{MULTIPLICATION SIGN} owner: No person has this external id or e-mail address." in first
    assert ("Line 21" in first, "Line 22" in first) == (True, False)
    assert ("Line 21" in second, "Line 41" in second) == (False, True)


def test_a_check_can_be_repeated_once_what_was_missing_has_come(ada: Client) -> None:
    row = upload(ada, "deals", BAD.rsplit("D4", 1)[0], source="{}")
    assert row.refused == 1
    person("Zoe", Role.REP)
    ada.post(url("import-check", row.pk))
    assert counts(worked(row)) == (3, 0, 0, 0)


def test_a_form_that_is_sent_twice_uploads_once(ada: Client) -> None:
    token = ada.get(url("import-new")).context["form"]["token"].value()
    responses = [send(ada, "deals", GOOD, source="{}", dry_run="on", token=token) for _time in range(2)]
    assert Import.objects.count() == 1
    assert [response.url for response in responses] == [url("import", Import.objects.get().pk), url("imports")]


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_at_once_one_imports(cast: Cast) -> None:
    row = upload(signed_in(cast.ada), "deals", GOOD, source="{}")
    together, said = Barrier(4), []

    def click() -> None:
        client = signed_in(cast.ada)
        together.wait()
        client.post(url("import-apply", row.pk))
        said.append("already done or under way" in text_of(client.get(url("import", row.pk))))
        connection.close()

    clicks = [Thread(target=click) for _time in range(4)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(said) == [False, True, True, True]
    assert (worked(row).status, Deal.objects.count()) == ("done", 2)


def test_a_waiting_import_polls_and_shows_how_far_it_is_and_then_its_result(ada: Client) -> None:
    send(ada, "deals", GOOD, source="{}", dry_run="on")
    row = Import.objects.get()
    page = ada.get(url("import", row.pk)).content.decode()
    assert f'hx-get="{url("import-state", row.pk)}" hx-trigger="every 1s"' in page
    assert "Waiting for a worker." in page
    cache.set(selectors.progress_key(row.pk), {"percent": 42, "rows": 1700, "stage": "reading"})
    fragment = ada.get(url("import-state", row.pk)).content.decode()
    assert 'aria-valuenow="42"' in fragment
    assert "Reading: 1,700 rows so far." in fragment
    assert "<html" not in fragment
    worked(row)
    fragment = ada.get(url("import-state", row.pk)).content.decode()
    assert ("hx-get" in fragment, "Import now" in fragment) == (False, True)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_template_names_every_field_and_its_example_can_be_read(ada: Client, kind: Kind) -> None:
    response = ada.get(url("import-template", kind))
    assert response["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
    converted = convert(read(BytesIO(response.content), KindMapping()), kind, KindMapping(), "USD")
    assert (list(converted.columns), converted.unread) == ([field.name for field in FIELDS[kind]], ())
    assert (converted.rows.height, converted.problems.count) == (1, 0)


def test_an_empty_list_says_what_goes_in_first(ada: Client) -> None:
    text = text_of(ada.get(url("imports")))
    assert "Nothing has been imported yet" in text
    order = [
        text.index(f"{n}. {kind}") for n, kind in enumerate(("Teams", "People", "Customers", "Products", "Deals"), 1)
    ]
    assert order == sorted(order)


PAGES = ["imports", "import-new", "mappings", "mapping-new"]
OWN = ["import", "import-state", "import-columns", "import-refused"]
ACTS = ["import-apply", "import-check", "import-source"]


@pytest.fixture
def row(ada: Client) -> Import:
    return upload(ada, "deals", BAD, source="{}")


def reaches(row: Import) -> list[tuple[str, str]]:
    gets = [url(name) for name in PAGES] + [url(name, row.pk) for name in OWN] + [url("import-template", "deals")]
    return [("get", path) for path in gets] + [("post", url(name, row.pk)) for name in ACTS]


@pytest.mark.parametrize("who", ["ana", "mia", "finn"])
def test_who_is_no_administrator_reaches_nothing(cast: Cast, row: Import, who: str) -> None:
    client = signed_in(getattr(cast, who))
    assert {getattr(client, verb)(path).status_code for verb, path in reaches(row)} == {403}
    assert send(client, "deals", GOOD).status_code == 403
    row.refresh_from_db()
    assert row.status == "checked"


def test_who_is_not_signed_in_is_sent_to_the_login(row: Import) -> None:
    for verb, path in reaches(row):
        response: Response = getattr(Client(), verb)(path)
        assert (response.status_code, response.url.startswith("/accounts/login/")) == (302, True), path


def test_an_administrator_reaches_all_of_it(ada: Client, row: Import) -> None:
    assert {ada.get(path).status_code for verb, path in reaches(row) if verb == "get"} == {200}
    assert ada.get(url("import", 10**9)).status_code == 404
    assert ada.get(url("import-template", "secrets")).status_code == 404


@pytest.mark.parametrize("name", ["imports", "mappings"])
def test_a_list_asks_as_many_questions_for_forty_rows_as_for_one(cast: Cast, ada: Client, name: str) -> None:
    def fill(start: int, end: int) -> None:
        for n in range(start, end):
            by = person(f"Admin{n}", Role.ADMIN)
            Import.objects.create(kind="deals", file="x.csv", file_name=f"{n}.csv", started_by=by)
            ImportMapping.objects.create(name=f"M{n}", document={"deals": {}})

    asked: list[int] = []
    steps: list[Callable[[], None]] = [lambda: fill(0, 1), lambda: fill(1, 40)]
    for step in steps:
        step()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert ada.get(url(name)).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]
