"""Which columns a payroll system wants, in which order, under which headings, and how it writes dates and amounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sales.engine.problems import Told, told

FIELDS: Final = (
    "payroll_id",
    "name",
    "first_name",
    "last_name",
    "email",
    "amount",
    "currency",
    "pay_date",
    "period_start",
    "period_end",
    "periods",
    "batch",
    "reference",
    "due_amount",
    "due_currency",
    "rate",
    "text",  # what the column says itself, in every row
)
DATES: Final = ("iso", "us", "eu")
AMOUNTS: Final = ("point", "comma", "minor")
MOST_COLUMNS: Final = 60
_KEYS: Final = frozenset(("columns", "dates", "amounts", "separator"))
_LONGEST: Final = 100


class MappingError(ValueError):
    """A document that is no mapping: what is wrong, where, and what to write. `told` is for pages."""

    def __init__(self, said: Told) -> None:
        super().__init__(str(said))
        self.told = said


@dataclass(frozen=True, slots=True)
class MappedColumn:
    field: str
    heading: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class PayrollColumns:
    columns: tuple[MappedColumn, ...]
    dates: str = "iso"
    amounts: str = "point"
    separator: str = ","


def read_mapping(document: Any) -> PayrollColumns:  # noqa: ANN401 whatever YAML says
    """A mapping's document, checked. Raises MappingError.

    >>> read_mapping({"columns": [{"field": "payroll_id", "heading": "Employee ID"}]}).columns[0].heading
    'Employee ID'
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("columns"), list):
        raise MappingError(told("Write the columns as a list, each with its field and its heading.").at("columns"))
    if unknown := sorted(str(key) for key in document.keys() - _KEYS):
        raise MappingError(told('"%(key)s" is no key of a mapping.', key=unknown[0][:40]))
    rows = document["columns"]
    if not 1 <= len(rows) <= MOST_COLUMNS:
        raise MappingError(told("A file has 1 to 60 columns.").at("columns"))
    separator = document.get("separator", ",")
    if separator not in (",", ";", "\t"):
        raise MappingError(told("Columns are separated by a comma, a semicolon or a tab.").at("separator"))
    return PayrollColumns(
        tuple(_column(number, row) for number, row in enumerate(rows, start=1)),
        _one_of(document, "dates", DATES),
        _one_of(document, "amounts", AMOUNTS),
        separator,
    )


def _column(number: int, row: object) -> MappedColumn:
    path = f"columns.{number}"
    if not isinstance(row, Mapping) or row.keys() - {"field", "heading", "text"}:
        raise MappingError(told("A column has a field, a heading, and where the field is text, a text.").at(path))
    field = str(row.get("field", ""))
    if field not in FIELDS:
        said = told('"%(field)s" is no field. Write one of %(fields)s.', field=field[:40], fields=FIELDS)
        raise MappingError(said.at(f"{path}.field"))
    heading, text = str(row.get("heading", field)), str(row.get("text", ""))
    if max(len(heading), len(text)) > _LONGEST:
        raise MappingError(told("A heading and a text have at most 100 characters.").at(path))
    return MappedColumn(field, heading, text)


def _one_of(document: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    value = str(document.get(key, choices[0]))
    if value not in choices:
        raise MappingError(told("Write one of %(choices)s.", choices=choices).at(key))
    return value


def _columns(**headings: str) -> list[dict[str, str]]:
    return [{"field": field, "heading": heading} for field, heading in headings.items()]


READY: Final[Mapping[str, dict[str, object]]] = {
    "Plain": {
        "columns": [
            {"field": field, "heading": field} for field in FIELDS if field not in ("text", "first_name", "last_name")
        ]
    },
    "ADP": {
        "columns": [
            {"field": "text", "heading": "Co Code", "text": "XXX"},
            {"field": "batch", "heading": "Batch ID"},
            {"field": "payroll_id", "heading": "File #"},
            {"field": "text", "heading": "Earnings 3 Code", "text": "COM"},
            {"field": "amount", "heading": "Earnings 3 Amount"},
        ],
        "dates": "us",
    },
    "Gusto": {
        "columns": _columns(
            last_name="last_name", first_name="first_name", payroll_id="gusto_employee_id", amount="commission"
        ),
        "dates": "us",
    },
    "Workday": {
        "columns": [
            *_columns(payroll_id="Employee ID", period_start="Start Date", period_end="End Date"),
            {"field": "text", "heading": "Earning", "text": "COMMISSION"},
            *_columns(amount="Amount", currency="Currency", reference="Comment"),
        ]
    },
}
