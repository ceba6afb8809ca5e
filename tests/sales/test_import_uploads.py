"""What people upload by mistake, or on purpose."""

import os

import pytest
from django.test import Client
from pytest_django import Settings

from sales.models import Deal, Import, ImportMapping
from tests.sales.import_pages import (
    DEALS,
    GOOD,
    page_of,
    send,
    text_of,
    upload,
    url,
)


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
