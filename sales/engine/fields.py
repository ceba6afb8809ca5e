"""Our fields, kind by kind: what a file's columns may become."""

from dataclasses import dataclass
from enum import StrEnum

from sales.engine.custom import LONGEST, slug_of


class Kind(StrEnum):
    PEOPLE = "people"
    TEAMS = "teams"
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    DEALS = "deals"
    LINES = "lines"
    PAYMENTS = "payments"
    RATES = "rates"


class Type(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    STATUS = "status"
    ROLES = "roles"
    DATE = "date"
    INTEGER = "integer"
    MONTHS = "months"
    PERCENT = "percent"
    CURRENCY = "currency"
    MONEY = "money"
    PERSON = "person"  # references: an external id, or an e-mail address, or a name
    TEAM = "team"
    CUSTOMER = "customer"
    PRODUCT = "product"
    DEAL = "deal"
    SPLITS = "splits"
    CODE = "code"  # a currency that nothing stands in for
    RATE = "rate"
    YES = "yes"


REFERENCES = frozenset({Type.PERSON, Type.TEAM, Type.CUSTOMER, Type.PRODUCT, Type.DEAL})


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Type = Type.TEXT
    longest: int = 200
    required: bool = False  # not empty where the file has it, and there at all for a row that creates something
    absent: str | None = None  # what an empty cell means


def _key() -> Field:
    return Field("external_id", longest=100, required=True)


FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.PEOPLE: (
        _key(),
        Field("name", required=True),
        Field("email", Type.EMAIL),
        Field("roles", Type.ROLES),
        Field("team", Type.TEAM),
        Field("manager", Type.PERSON),
        Field("manager_name"),
        Field("manager_email", Type.EMAIL),
        Field("from", Type.DATE),
    ),
    Kind.TEAMS: (_key(), Field("name", required=True), Field("parent", Type.TEAM)),
    Kind.CUSTOMERS: (
        _key(),
        Field("name", required=True),
        Field("sector", longest=100),
        Field("country", longest=100),
    ),
    Kind.PRODUCTS: (
        _key(),
        Field("name", required=True),
        Field("family", longest=100),
        Field("price", Type.MONEY),
        Field("currency", Type.CURRENCY),
    ),
    Kind.DEALS: (
        _key(),
        Field("name"),
        Field("kind", longest=50),
        Field("status", Type.STATUS, absent="open"),
        Field("stage", longest=50),
        Field("owner", Type.PERSON),
        Field("customer", Type.CUSTOMER),
        Field("product", Type.PRODUCT),
        Field("quantity", Type.INTEGER, absent="1"),
        Field("amount", Type.MONEY, absent="0"),
        Field("currency", Type.CURRENCY),
        Field("opened_on", Type.DATE),
        Field("closed_on", Type.DATE),
        Field("splits", Type.SPLITS),
        Field("invoiced_on", Type.DATE),
        Field("cancelled_on", Type.DATE),
        Field("cost", Type.MONEY),
        Field("tax", Type.MONEY),
        Field("discount", Type.PERCENT),
        Field("term_months", Type.MONTHS),
    ),
    Kind.LINES: (  # the external id is the deal's: a file holds all lines of each deal that it names
        _key(),
        Field("number", Type.INTEGER, required=True),
        Field("product", Type.PRODUCT),
        Field("name"),
        Field("quantity", Type.INTEGER, absent="1"),
        Field("amount", Type.MONEY, required=True),
        Field("cost", Type.MONEY),
        Field("discount", Type.PERCENT),
        Field("currency", Type.CURRENCY),
    ),
    Kind.PAYMENTS: (
        _key(),
        Field("deal", Type.DEAL, required=True),
        Field("paid_on", Type.DATE, required=True),
        Field("amount", Type.MONEY, required=True),
        Field("currency", Type.CURRENCY),
    ),
    Kind.RATES: (
        Field("source", Type.CODE, required=True),
        Field("target", Type.CODE, required=True),
        Field("starts_on", Type.DATE, required=True),
        Field("rate", Type.RATE, required=True),
        Field("is_sure", Type.YES),
    ),
}
# Which fields together are the external id of records that have none of their own.
KEYS: dict[Kind, tuple[str, ...]] = {Kind.RATES: ("source", "target", "starts_on")}
# Which field stands in for an external id that the file does not have.
STAND_IN = {
    Kind.PEOPLE: "email",
    Kind.TEAMS: "name",
    Kind.CUSTOMERS: "name",
    Kind.PRODUCTS: "name",
}


def field_named(kind: Kind, name: str) -> Field:
    """The field of that name; StopIteration when the kind has none.

    >>> field_named(Kind.DEALS, "amount").type, field_named(Kind.DEALS, "custom.region").longest
    (<Type.MONEY: 'money'>, 200)
    """
    if is_custom(kind, name):
        return Field(name, longest=LONGEST)
    return next(field for field in FIELDS[kind] if field.name == name)


def is_custom(kind: Kind, name: str) -> bool:
    """Whether it is a field of the company's own making, as deals may have."""
    return kind == Kind.DEALS and slug_of(name) is not None
