"""Columns matched by choosing or as YAML, and mappings kept by name."""

from html import unescape

import pytest
from django.test import Client

from sales import services
from sales.engine.columns import part_of
from sales.engine.fields import Kind
from sales.engine.mapping import load_document
from sales.models import Customer, Import, ImportMapping
from tests.sales.import_pages import (
    FILES,
    GOOD,
    NOW,
    QUICKSTART,
    TODAY,
    Response,
    apply,
    counts,
    send,
    text_of,
    upload,
    url,
    worked,
)

CRM_DEALS = (QUICKSTART / "sample" / "sales_pipeline.csv").read_bytes()


def matched(client: Client, row: Import, **chosen: str) -> Response:
    """Send the page's form as it is prefilled, with some choices changed."""
    form = client.get(url("import-columns", row.pk)).context["form"]
    prefilled = {name: form[name].value() or "" for name in form.fields if form[name].value() != []}
    return client.post(url("import-columns", row.pk), {**prefilled, **chosen})


def test_an_upload_without_a_mapping_waits_for_its_columns(ada: Client) -> None:
    response = send(ada, "deals", CRM_DEALS, "sales_pipeline.csv", dry_run="on")
    row = Import.objects.get()
    assert (response.url, row.status) == (url("import-columns", row.pk), "draft")
    assert services.run_import(import_id=row.pk, now=NOW, today=TODAY) is None
    page = ada.get(url("import-columns", row.pk))
    form = page.context["form"]
    chosen = {
        name: form[f"column-{name}"].value()
        for name in ("external_id", "status", "owner", "amount", "closed_on", "splits")
    }
    assert chosen == {
        "external_id": "column:opportunity_id",
        "status": "column:deal_stage",
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
        ({"column-external_id": ""}, "column-external_id", "No column gives the external id."),
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


def test_a_mapping_is_written_changed_renamed_and_deleted(ada: Client) -> None:
    response: Response = ada.post(url("mapping-new"), {"name": "Old CRM", "source": "deals:\n  currency: USD\n"})
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
        ("A", "deals: {currency: XXL, decimal: x}", "deals.decimal: Write one of '.', ','."),
        ("A", "deals: {fields: {colour: red}}", "deals.fields.colour: This is no field of deals."),
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
