"""Imports by page, from the upload to the facts: what an administrator sees, and what nobody else does."""

import os
from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import Settings

from accounts.models import Role, User
from sales import selectors, services
from sales.engine.columns import part_of
from sales.engine.convert import convert
from sales.engine.fields import FIELDS, Kind
from sales.engine.mapping import KindMapping, load_document
from sales.engine.reading import read
from sales.models import Customer, Deal, Import, ImportMapping, Product
from tests.conftest import Cast, person
from tests.sales.conftest import NOW, TODAY

QUICKSTART = Path(__file__).resolve().parents[2] / "docs" / "quickstart"
FILES = {
    "people": ("sales_teams.csv", 10, 0),
    "customers": ("accounts.csv", 9, 0),
    "products": ("products.csv", 5, 0),
    "deals": ("sales_pipeline.csv", 0, 0),
}
DEALS = "external_id,owner,amount,status,closed_on\n"
GOOD = DEALS + "D1,ana,100,won,2026-01-05\nD2,ben,200,won,2026-01-06\n"
BAD = GOOD + "D3,zoe,300,won,2026-01-07\nD4,ana,1e400,won,2026-01-08\n"


Response = Any  # of the test client: an HttpResponse with context and url


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ada(cast: Cast) -> Client:
    return signed_in(cast.ada)


def url(name: str, *args: object) -> str:
    return reverse(f"sales:{name}", args=args)


def text_of(response: object) -> str:
    content: bytes = response.content  # type: ignore[attr-defined]
    return " ".join(
        unescape(strip_tags(content.decode().replace("<", " <"))).replace("\N{NO-BREAK SPACE}", " ").split()
    )


def upload(client: Client, kind: str, content: str | bytes, name: str = "file.csv", **chosen: object) -> Import:
    """Send the form as its page sends it, and have a worker's work done."""
    response = send(client, kind, content, name, **{"dry_run": "on", **chosen})
    assert response.status_code == 302, text_of(response)
    return worked(Import.objects.latest("pk"))


def send(client: Client, kind: str, content: str | bytes, name: str = "file.csv", **chosen: object) -> Response:
    data = content.encode() if isinstance(content, str) else content
    return client.post(url("import-new"), {"kind": kind, "file": SimpleUploadedFile(name, data), **chosen})


def worked(row: Import) -> Import:
    services.run_import(import_id=row.pk, now=NOW, today=TODAY)
    row.refresh_from_db()
    return row


def page_of(client: Client, row: Import) -> str:
    response = client.get(url("import", row.pk))
    assert response.status_code == 200
    return text_of(response)


def apply(client: Client, row: Import, **chosen: str) -> Import:
    assert client.post(url("import-apply", row.pk), chosen).status_code == 302
    row.refresh_from_db()
    return worked(row)


def counts(row: Import) -> tuple[int, int, int, int]:
    return row.created, row.changed, row.unchanged, row.refused


@pytest.fixture
def crm(db: None) -> ImportMapping:
    return services.save_mapping(mapping=None, name="CRM", source=(QUICKSTART / "crm.yaml").read_text("utf-8"))


# --- the whole walk


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


# --- bad rows


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
    response = ada.get(url("import-refused", done.pk))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="deals-{done.pk}-refused.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    content = b"".join(response.streaming_content).decode("utf-8-sig")
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


# --- matching columns


CRM_DEALS = (QUICKSTART / "sample" / "sales_pipeline.csv").read_bytes()


def matched(client: Client, row: Import, **chosen: str) -> Response:
    """Send the page's form as it is prefilled, with some choices changed."""
    form = client.get(url("import-columns", row.pk)).context["form"]
    prefilled = {name: form[name].value() or "" for name in form.fields}
    return client.post(url("import-columns", row.pk), {**prefilled, **chosen})


def test_an_upload_without_a_mapping_waits_for_its_columns(ada: Client) -> None:
    response = send(ada, "deals", CRM_DEALS, "sales_pipeline.csv", dry_run="on")
    row = Import.objects.get()
    assert (response.url, row.status) == (url("import-columns", row.pk), "draft")
    assert services.run_import(import_id=row.pk, now=NOW, today=TODAY) is None
    page = ada.get(url("import-columns", row.pk))
    form = page.context["form"]
    chosen = {
        name: form[f"column-{name}"].value() for name in ("external_id", "owner", "amount", "closed_on", "splits")
    }
    assert chosen == {
        "external_id": "column:opportunity_id",
        "owner": "column:sales_agent",
        "amount": "column:close_value",
        "closed_on": "column:close_date",
        "splits": "",
    }
    assert form["date_format"].value() == "%m/%d/%Y"
    assert "Rafi O'Connor" in text_of(page)


def test_choosing_comes_to_the_mapping_that_yaml_says_and_can_be_saved(ada: Client, crm: ImportMapping) -> None:
    for kind in ("people", "customers", "products"):
        upload(ada, kind, (QUICKSTART / "sample" / FILES[kind][0]).read_bytes(), mapping=crm.pk, dry_run="")
    send(ada, "deals", CRM_DEALS, "sales_pipeline.csv")
    row = Import.objects.latest("pk")
    response = matched(
        ada,
        row,
        currency="usd",
        save_as="Chosen",
        **{
            "column-status": "column:deal_stage",
            "words-status": "Won = won\nLost = lost\nEngaging = open\nProspecting = open",
            "column-owner": "text",
            "text-owner": "{sales_agent|slug}",
            "words-product": "GTXPro = GTX Pro",
        },
    )
    assert response.status_code == 302
    done = worked(row)
    assert (counts(done), done.report.get("fatal")) == ((done.rows, 0, 0, 0), None)
    wanted = part_of(crm.document, Kind.DEALS)
    saved = part_of(ImportMapping.objects.get(name="Chosen").document, Kind.DEALS)
    assert saved == wanted


def test_a_saved_name_keeps_what_it_says_of_other_kinds(ada: Client, crm: ImportMapping) -> None:
    send(ada, "teams", "name\nWest\n")
    row = Import.objects.get()
    assert matched(ada, row, save_as="CRM").status_code == 302
    crm.refresh_from_db()
    assert sorted(crm.document) == ["customers", "deals", "people", "products", "teams"]
    assert crm.document["teams"] == {"fields": {"external_id": "name", "name": "name"}}


@pytest.mark.parametrize(
    ("chosen", "field", "says"),
    [
        ({"column-external_id": ""}, "column-external_id", "No column gives the deals' external id."),
        ({"currency": "XX"}, "currency", "'XX' is not a currency"),
        ({"column-owner": "text"}, "text-owner", "Write the text, or choose a column."),
        ({"column-owner": "text", "text-owner": "{sales_agent|loud}"}, "text-owner", "'loud' is no filter."),
        ({"column-owner": "text", "text-owner": "{nobody}"}, None, "The file has no column 'nobody'"),
        ({"words-product": "GTXPro"}, "words-product", "Line 1, 'GTXPro', replaces nothing."),
        ({"date_format": ""}, "date_format", "Choose how this file writes dates"),
        ({"column-owner": "column:gone"}, "column-owner", "Select a valid choice."),
    ],
    ids=["no id", "currency", "no text", "filter", "column", "words", "dates", "forged"],
)
def test_a_wrong_choice_is_explained_beside_its_field(
    ada: Client, chosen: dict[str, str], field: str | None, says: str
) -> None:
    send(ada, "deals", CRM_DEALS, "sales_pipeline.csv")
    row = Import.objects.get()
    response = matched(ada, row, **chosen)
    errors = response.context["form"].errors
    assert (response.status_code, list(errors)) == (422, [field or "__all__"])
    assert says in " ".join(errors[field or "__all__"])
    row.refresh_from_db()
    assert row.status == "draft"


def test_a_file_of_another_encoding_is_recognised_or_read_as_chosen(ada: Client) -> None:
    send(ada, "customers", "name;country\nCafé Zoë;Österreich\n".encode("windows-1252"))
    row = Import.objects.get()
    page = ada.get(url("import-columns", row.pk))
    assert "Café Zoë" in text_of(page)
    assert matched(ada, row, encoding="windows-1252", delimiter=";").status_code == 302
    apply(ada, worked(row))
    assert Customer.objects.get().name == "Café Zoë"


def test_the_mapping_can_be_corrected_as_yaml_and_the_kept_file_checked_again(ada: Client) -> None:
    row = upload(ada, "deals", GOOD.replace("2026-01-0", "0"), source="{}")
    assert row.refused == 2
    response = ada.post(url("import-source", row.pk), {"source": "deals: {date_formats: ['%q']}"})
    assert response.status_code == 422
    assert "deals.date_formats.0: '%q' is no date format" in text_of(response)
    source = "{date_formats: ['%d/%Y'], fields: {external_id: external_id, owner: owner, status: {value: open}}}"
    assert ada.post(url("import-source", row.pk), {"source": source}).status_code == 422
    source = source.replace("%d/%Y", "%d/%m/%Y")
    assert ada.post(url("import-source", row.pk), {"source": source}).status_code == 302
    assert counts(worked(row)) == (2, 0, 0, 0)
    assert row.mapping == load_document(source)


def test_an_import_that_is_done_is_not_checked_again(ada: Client) -> None:
    row = apply(ada, upload(ada, "deals", GOOD, source="{}"))
    response = ada.post(url("import-source", row.pk), {"source": "currency: EUR"}, follow=True)
    assert "This import is already done or under way." in text_of(response)
    row.refresh_from_db()
    assert (row.status, row.mapping) == ("done", {})


# --- once


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


# --- progress


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


# --- hostile uploads


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "The file is empty. Export it again"),
        (b"   \n", "a.csv", "The file is empty."),
        (b"%PDF-1.7", "a.pdf", "A file that ends in .pdf can't be imported."),
        (b"MZ", "payload", "A file that ends in nothing can't be imported."),
        (b"%PDF-1.7 \n", "a.csv", "This is no text"),
        (b"PK\x03\x04nonsense", "a.xlsx", "This is no readable XLSX workbook"),
        (b"x" * 100_000, "a.csv", "have no line break"),
        (b"a,a\n1,2\n", "a.csv", "names the column 'a' twice"),
        (b'a,b\n"1,2\n', "a.csv", "A quotation mark may be missing"),
        ("name\nZoë\n".encode("utf-16-le"), "a.csv", "This is no text"),
    ],
    ids=["empty", "blank", "pdf", "no ending", "pdf as csv", "broken xlsx", "no lines", "twice", "quote", "utf-16"],
)
def test_a_file_that_is_none_is_refused_before_anything_is_kept(
    ada: Client, content: bytes, name: str, says: str
) -> None:
    response = send(ada, "deals", content, name)
    assert (response.status_code, Import.objects.count()) == (422, 0)
    assert says in text_of(response)


def test_fifty_megabytes_of_garbage_are_refused_at_once(ada: Client) -> None:
    response = send(ada, "deals", (b"\0" + os.urandom(1_000_000)) * 50, "garbage.csv")
    assert (response.status_code, Import.objects.count()) == (422, 0)
    assert "This is no text" in text_of(response)


def test_letters_that_look_like_a_table_are_refused_by_the_worker(ada: Client) -> None:
    row = upload(ada, "deals", DEALS + "a,b,c,d,e\n" * 50_000, source="{}")
    assert row.status == "refused"
    assert "rows can't be used, so the rest was not read." in page_of(ada, row)


def test_a_file_above_the_limit_is_refused_with_the_limit(ada: Client, settings: Settings) -> None:
    settings.IMPORT_LIMIT_MB = 1
    response = send(ada, "deals", b"x" * (1024 * 1024 + 1))
    assert response.status_code == 422
    assert "The file has 2 MB; 1 MB is the most. Split it into several files." in text_of(response)


def test_a_name_and_cells_with_markup_are_shown_as_text(ada: Client) -> None:
    bad = DEALS + "<script>alert(1)</script>,zoe,<b>1</b>,won,2026-01-05\n"
    row = upload(ada, "deals", bad, "<img src=x onerror=alert(1)>.csv", source="{}")
    page = ada.get(url("import", row.pk)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;b&gt;1" in page


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("deals: {fields: {owner: nobody}}", "The file has no column 'nobody'"),
        ("people: {fields: {name: name}}", "This mapping says nothing of deals; it is for people."),
        ("deals: {currency: XXL}", "deals.currency"),
        ("a: [", "The mapping is not YAML at line"),
        ("- a", "The mapping must be keys and values"),
        ("!!python/object/apply:os.system ['true']", "The mapping must be keys and values"),
    ],
    ids=["column", "kind", "currency", "yaml", "list", "python"],
)
def test_a_written_mapping_that_does_not_fit_is_refused_with_the_reason(ada: Client, source: str, says: str) -> None:
    response = send(ada, "deals", GOOD, source=source)
    assert (response.status_code, Import.objects.count()) == (422, 0)
    assert says in text_of(response)


def test_a_saved_mapping_of_another_kind_is_refused(ada: Client, crm: ImportMapping) -> None:
    response = send(ada, "teams", "name\nWest\n", mapping=crm.pk)
    assert (response.status_code, Import.objects.count()) == (422, 0)
    assert "This mapping says nothing of teams; it is for people, customers, products, deals." in text_of(response)


def test_a_large_upload_is_read_from_its_temporary_file(ada: Client, settings: Settings) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    row = upload(ada, "deals", GOOD, source="{}", dry_run="")
    assert (row.status, Deal.objects.count()) == ("done", 2)


# --- mappings


def test_a_mapping_is_written_changed_renamed_and_deleted(ada: Client) -> None:
    response = ada.post(url("mapping-new"), {"name": "Old CRM", "source": "deals:\n  currency: USD\n"})
    assert response.url == url("mappings")
    row = ImportMapping.objects.get()
    assert "currency: USD" in ada.get(url("mapping", row.pk)).content.decode()
    ada.post(url("mapping", row.pk), {"name": "New CRM", "source": "deals: {currency: EUR}\nteams: {delimiter: tab}"})
    row.refresh_from_db()
    assert (row.name, row.document) == ("New CRM", {"deals": {"currency": "EUR"}, "teams": {"delimiter": "tab"}})
    assert "New CRM Teams, Deals" in text_of(ada.get(url("mappings")))
    ada.post(url("mapping-delete", row.pk))
    assert not ImportMapping.objects.exists()


@pytest.mark.parametrize(
    ("name", "source", "says"),
    [
        ("A", "deals: {currency: XXL, decimal: x}", "deals.decimal: Input should be '.' or ','"),
        ("A", "deals: {fields: {colour: red}}", "deals.fields.colour: not a field of deals."),
        ("A", "currency: USD", "The mapping does not say which kind of file it is for."),
        ("CRM", "deals: {currency: USD}", "Import mapping with this Name already exists."),
        ("", "deals: {currency: USD}", "This field is required."),
    ],
    ids=["values", "field", "no kind", "name taken", "no name"],
)
def test_a_mapping_with_mistakes_is_not_saved_and_says_where_they_are(
    ada: Client, crm: ImportMapping, name: str, source: str, says: str
) -> None:
    response = ada.post(url("mapping-new"), {"name": name, "source": source})
    assert (response.status_code, ImportMapping.objects.count()) == (422, 1)
    assert says in text_of(response)
    assert source in unescape(response.content.decode())


# --- guidance


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


# --- who may


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
        response = getattr(Client(), verb)(path)
        assert (response.status_code, response.url.startswith("/accounts/login/")) == (302, True), path


def test_an_administrator_reaches_all_of_it(ada: Client, row: Import) -> None:
    assert {ada.get(path).status_code for verb, path in reaches(row) if verb == "get"} == {200}
    assert ada.get(url("import", 10**9)).status_code == 404
    assert ada.get(url("import-template", "secrets")).status_code == 404


# --- how much


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
