"""The mapping document: what it may say, and how it is corrected."""

import pytest

from sales.engine.fields import Kind
from sales.engine.mapping import KindMapping, MappingError, check_document, parse_mapping, sources
from sales.engine.problems import Unusable


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("deals: {curency: USD}", "deals.curency: This is no key of a mapping. Correct its spelling or remove it."),
        (
            "deals: {fields: {ownr: Agent}}",
            "deals.fields.ownr: This is no field of deals. There are: external_id,",
        ),
        ("deals: {fields: {owner: {colum: A}}}", "deals.fields.owner.colum: This is no key of a mapping."),
        (
            "fields: {owner: {column: A, value: B}}",
            "fields.owner: Give one of column, value and template, not several.",
        ),
        ("fields: {owner: {template: 'x'}}", "fields.owner.template: 'x' names no column."),
        (
            "fields: {owner: {template: '{a|slog}'}}",
            "fields.owner.template: 'slog' is no filter. There are: slug, lower",
        ),
        ("date_formats: ['%Q']", "date_formats.0: '%Q' is no date format."),
        ("date_formats: ['%Y-%d']", "date_formats.0: '%Y-%d' has no month."),
        ("currency: EURO", "currency: 'EURO' is not a currency."),
        ("encoding: klingon", "encoding: 'klingon' is no encoding of text."),
        ("encoding: base64", "encoding: 'base64' is no encoding of text."),
        ("{decimal: ',', thousands: ','}", "mapping: The signs for decimals and for thousands are the same."),
        ("create_missing: [team]", "create_missing: Only people may bring"),
        ("deals: [", "The mapping is not YAML at line 1"),
        ("- a\n- b", "The mapping must be keys and values"),
        ("{deals: {}, people: {}, persons: {}}", "persons: This is no kind of record."),
        ("[" * 5_000, "nested too deeply"),
        ("#" * 100_001, "longer than 100,000 characters"),
    ],
)
def test_a_mistake_is_named_with_its_path(document: str, says: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(document, Kind.DEALS)
    assert says in str(caught.value)


def test_words_stay_words() -> None:
    document = (
        "fields: {external_id: Id, status: {column: S, values: {no: lost, 1: won}}, opened_on: {value: 2026-01-05}}"
    )
    mapping = parse_mapping(document, Kind.DEALS)
    assert mapping.fields["status"].values == {"no": "lost", "1": "won"}
    assert mapping.fields["opened_on"].value == "2026-01-05"


def test_one_document_serves_all_kinds() -> None:
    document = check_document("people: {fields: {email: Mail, name: Name}}\ndeals: {currency: EUR}")
    assert parse_mapping(document, Kind.DEALS).currency == "EUR"
    assert parse_mapping(document, Kind.CUSTOMERS) == KindMapping()


def test_without_a_mapping_columns_are_found_by_our_names() -> None:
    found = sources(KindMapping(), Kind.PEOPLE, ("E-mail", "Full name", "Name"))
    assert {name: source.column for name, source in found.items()} == {
        "external_id": "E-mail",
        "email": "E-mail",
        "name": "Name",
    }


def test_a_column_that_the_file_lacks_is_named_with_what_there_is() -> None:
    mapping = parse_mapping("fields: {external_id: Id, owner: Agent}", Kind.DEALS)
    with pytest.raises(Unusable, match=r"no column 'Agent', which the mapping wants for owner\. It has: 'Id', 'Rep'"):
        sources(mapping, Kind.DEALS, ("Id", "Rep"))


def test_a_file_without_any_id_is_refused() -> None:
    with pytest.raises(Unusable, match=r"No column gives the external id\. The file has: 'a', 'b'\."):
        sources(KindMapping(), Kind.DEALS, ("a", "b"))
