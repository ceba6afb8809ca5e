"""Matching a file's columns with our fields: what a file shows of itself, a first guess, and the mapping that results.

Here a "part" is the mapping of one kind as plain data, a "document" that of one kind or of several, by kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import polars as pl
import yaml

from sales.engine.custom import PREFIX
from sales.engine.fields import FIELDS, STAND_IN, Kind, Type, is_custom
from sales.engine.mapping import KindMapping, MappingError, Source, normal, own_name
from sales.engine.problems import Told, quoted, shorten, told
from sales.engine.reading import read

LOOKED_AT = 2_000
FEW = 4
MIDNIGHT = "T00:00:00"  # of a workbook's native dates
KINDS = frozenset(str(kind) for kind in Kind)
DATE_FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d %b %Y",
    "%Y/%m/%d",
    "%Y%m%d",
)
# What other systems call our fields; the first of a file's columns that bears one of a field's names is taken.
SYNONYMS: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.PEOPLE: {
        "external_id": ("employee_id", "user_id", "person_id", "sales_agent_id"),
        "name": ("full_name", "sales_agent", "agent", "employee", "sales_rep", "user"),
        "email": ("email_address", "e_mail_address", "mail", "work_email"),
        "roles": ("role",),
        "team": ("regional_office", "region", "department", "team_name"),
        "manager": ("manager_id", "reports_to"),
        "from": ("start_date", "since", "hire_date"),
    },
    Kind.TEAMS: {"external_id": ("team_id",), "name": ("team", "team_name"), "parent": ("parent_team", "parent_id")},
    Kind.CUSTOMERS: {
        "external_id": ("customer_id", "account_id", "company_id"),
        "name": ("account", "account_name", "customer", "customer_name", "company", "company_name"),
        "sector": ("industry",),
        "country": ("office_location", "billing_country", "location"),
    },
    Kind.PRODUCTS: {
        "external_id": ("product_id", "sku", "product_code", "code"),
        "name": ("product", "product_name"),
        "family": ("series", "category", "product_family"),
        "price": ("sales_price", "list_price", "unit_price"),
        "currency": ("currency_code",),
    },
    Kind.DEALS: {
        "external_id": ("opportunity_id", "deal_id", "order_id", "invoice_id", "record_id"),
        "name": ("deal_name", "opportunity_name", "opportunity", "title"),
        "status": ("deal_status", "outcome"),
        "stage": ("deal_stage", "stage_name", "pipeline_stage"),
        "owner": ("sales_agent", "deal_owner", "opportunity_owner", "owner_email", "sales_rep"),
        "customer": ("account", "account_name", "customer_name", "company", "company_name"),
        "product": ("product_name", "sku"),
        "quantity": ("qty", "units"),
        "amount": ("close_value", "deal_amount", "deal_value", "value", "total"),
        "currency": ("currency_code",),
        "opened_on": ("engage_date", "create_date", "created_date", "created_on", "open_date", "opened"),
        "closed_on": ("close_date", "closed_date", "won_date", "closed"),
        "invoiced_on": ("invoice_date", "invoiced", "billed_on"),
        "cancelled_on": ("cancel_date", "cancellation_date", "cancelled", "canceled_on"),
        "cost": ("total_cost", "cogs", "cost_of_sales"),
        "tax": ("tax_amount", "vat", "vat_amount"),
        "discount": ("discount_percent", "discount_rate"),
        "term_months": ("term", "contract_term", "contract_months", "months"),
    },
    Kind.LINES: {
        "external_id": ("deal", "deal_id", "opportunity_id", "order_id", "invoice_id"),
        "number": ("line", "line_number", "line_no", "position", "sort_order"),
        "product": ("product_id", "product_name", "product_code", "sku", "item"),
        "name": ("description", "line_name"),
        "quantity": ("qty", "units"),
        "amount": ("total_price", "line_amount", "line_total", "value", "total"),
        "cost": ("total_cost", "line_cost", "cogs"),
        "discount": ("discount_percent", "discount_rate"),
        "currency": ("currency_code",),
    },
    Kind.PAYMENTS: {
        "external_id": ("payment_id", "receipt_id", "transaction_id"),
        "deal": ("deal_id", "opportunity_id", "order_id", "invoice_id"),
        "paid_on": ("payment_date", "paid", "date", "received_on"),
        "amount": ("paid_amount", "payment_amount", "amount_paid", "value"),
        "currency": ("currency_code",),
    },
    Kind.RATES: {
        "source": ("from", "from_currency", "base", "base_currency", "currency", "dari"),
        "target": ("to", "to_currency", "quote", "quote_currency", "ke"),
        "starts_on": ("date", "day", "from_day", "valid_from", "since", "tanggal"),
        "rate": ("exchange_rate", "value", "kurs", "close"),
        "is_sure": ("sure", "yakin", "meant"),
    },
}


@dataclass(frozen=True, slots=True)
class Head:
    """A file's columns, with a few different values of each."""

    header: tuple[str, ...]
    samples: dict[str, tuple[str, ...]]

    @property
    def few(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each column with as many values as tell what it holds."""
        return [(name, self.samples.get(name, ())[:FEW]) for name in self.header]


def peek(source: BinaryIO, mapping: KindMapping) -> Head:
    """What the file's first rows show. Raises Unusable for a file that can't be read so."""
    sheet = read(source, mapping)
    batch = next(sheet.batches, None)
    if batch is None:
        return Head(sheet.header, {})
    columns = batch.cells.head(LOOKED_AT).get_columns()
    return Head(sheet.header, {column.name: _samples(column) for column in columns})


def _samples(column: pl.Series) -> tuple[str, ...]:
    values = column.unique(maintain_order=True).to_list()
    return tuple(shorten(value.removesuffix(MIDNIGHT)) for value in values if value.strip())


def guess(kind: Kind, head: Head) -> dict[str, Any]:
    """A part to begin with: columns that bear our fields' names, or names that others give them.

    >>> guess(Kind.CUSTOMERS, Head(("Account", "Industry", "Revenue"), {}))["fields"]
    {'external_id': 'Account', 'name': 'Account', 'sector': 'Industry'}
    """
    by_name = {own_name(kind, name): name for name in reversed(head.header)}
    fields: dict[str, str] = {}
    for field in FIELDS[kind]:
        names = (field.name, *SYNONYMS[kind].get(field.name, ()))
        if column := next((by_name[name] for name in names if name in by_name), None):
            fields[field.name] = column
    fields |= {name: column for name, column in by_name.items() if is_custom(kind, name)}
    stand_in = fields.get(STAND_IN.get(kind, ""))
    if stand_in and "external_id" not in fields:
        fields = {"external_id": stand_in, **fields}
    dates = [head.samples.get(fields[f.name], ()) for f in FIELDS[kind] if f.type == Type.DATE and f.name in fields]
    found = date_format([value for values in dates for value in values])
    guessed = fields | _status(fields, head)
    return {"date_formats": [found], "fields": guessed} if found else {"fields": guessed}


def custom_name(column: str) -> str | None:
    """The field of the company's own making that a column would fill; None where no such name can be made of it.

    >>> custom_name("Sales Region"), custom_name("custom.seats"), custom_name("2026")
    ('custom.sales_region', 'custom.seats', None)
    """
    name = own_name(Kind.DEALS, column)
    name = name if is_custom(Kind.DEALS, name) else PREFIX + normal(column)
    return name if is_custom(Kind.DEALS, name) else None


def _status(fields: Mapping[str, str], head: Head) -> dict[str, Any]:
    """Where a file has no status but its stages tell what was won and lost: without one, every deal would be open.

    >>> _status({"stage": "Stage"}, Head(("Stage",), {"Stage": ("Prospecting", "Closed Won")}))
    {'status': {'column': 'Stage', 'values': {'Prospecting': 'open', 'Closed Won': 'won'}}}
    """
    stages = {stage: _outcome(stage) for stage in head.samples.get(fields.get("stage", ""), ())}
    if "status" in fields or not {"won", "lost"} & set(stages.values()):
        return {}
    return {"status": {"column": fields["stage"], "values": stages}}


def _outcome(stage: str) -> str:
    words_of_it = normal(stage).split("_")
    return next((outcome for outcome in ("won", "lost") if outcome in words_of_it), "open")


def date_format(values: list[str]) -> str | None:
    """The one format that fits all values; None where none does, or where days and months can't be told apart.

    >>> date_format(["3/13/2017", "3/1/2017"]), date_format(["3/1/2017"])
    ('%m/%d/%Y', None)
    """
    fitting = [form for form in DATE_FORMATS if values and all(_fits(value, form) for value in values)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(value: str, form: str) -> bool:
    try:
        datetime.strptime(value.strip(), form)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    return True


def part_of(document: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The part of a document that is about a kind."""
    part = document.get(kind) or {} if document.keys() & KINDS else document
    return dict(part) if isinstance(part, Mapping) else {}


def with_part(document: Mapping[str, Any], kind: Kind, part: Mapping[str, Any]) -> dict[str, Any]:
    """A document by kind, with this part in the place of what it said of the kind before.

    >>> with_part({"products": {"currency": "USD"}}, Kind.DEALS, {"currency": "IDR"})
    {'products': {'currency': 'USD'}, 'deals': {'currency': 'IDR'}}
    """
    others = document if document.keys() & KINDS else {}
    return {**others, str(kind): dict(part)}


def by_kind(document: Mapping[str, Any]) -> tuple[Kind, ...]:
    """The kinds that a document speaks of."""
    return tuple(kind for kind in Kind if kind in document)


def source_of(part: Mapping[str, Any], name: str) -> Source | None:
    """Where a part, already found valid, takes a field from."""
    fields = part.get("fields") or {}
    return Source.model_validate(fields[name]) if name in fields else None


def as_yaml(document: Mapping[str, Any]) -> str:
    """A document as people write it: kinds, keys and fields in our order, whatever the database made of it.

    >>> print(as_yaml({"deals": {"fields": {"amount": "Value", "external_id": "Id"}, "currency": "USD"}}), end="")
    deals:
      currency: USD
      fields:
        external_id: Id
        amount: Value
    """
    if not document:
        return ""
    ordered = (
        {str(kind): _ordered(document[kind], kind) for kind in by_kind(document)}
        if document.keys() & KINDS
        else _ordered(document, None)
    )
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=120)


def _ordered(part: object, kind: Kind | None) -> object:
    if not isinstance(part, Mapping):
        return part
    keys = [key for key in KindMapping.model_fields if key in part]
    fields = part.get("fields")
    known = [field.name for field in FIELDS[kind]] if kind else list(dict.fromkeys(_all_fields()))
    if not isinstance(fields, Mapping):
        return {key: part[key] for key in keys}
    names = [*(name for name in known if name in fields), *sorted(name for name in fields if name not in known)]
    return {key: {name: _source(fields[name]) for name in names} if key == "fields" else part[key] for key in keys}


def _all_fields() -> list[str]:
    return [field.name for fields in FIELDS.values() for field in fields]


def _source(source: object) -> object:
    if not isinstance(source, Mapping):
        return source
    return {key: source[key] for key in Source.model_fields if key in source}


def words(text: str) -> dict[str, str]:
    """Replacements as people write them, one a line. Raises MappingError.

    >>> words("GTXPro = GTX Pro\\n\\n Won=won ")
    {'GTXPro': 'GTX Pro', 'Won': 'won'}
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        old, sign, new = (part.strip() for part in line.partition(" = " if " = " in line else "="))
        if not line.strip():
            continue
        if not sign or not old:
            raise MappingError(_replaces_nothing(number, line))
        if found.setdefault(old, new) != new:
            raise MappingError(_replaced_twice(number, old))
    return found


def _replaces_nothing(number: int, line: str) -> Told:
    return told(
        "Line %(line)s, %(text)s, replaces nothing. Write: word in the file = our word.",
        line=str(number),
        text=quoted(line),
    )


def _replaced_twice(number: int, word: str) -> Told:
    return told(
        "Line %(line)s replaces %(word)s a second time. Keep one of the two.", line=str(number), word=quoted(word)
    )


def words_text(values: Mapping[str, str]) -> str:
    return "\n".join(f"{old} = {new}" for old, new in values.items())
