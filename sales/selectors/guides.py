"""What each kind of file holds, said for those who fill one in."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sales.engine.custom import PREFIX
from sales.engine.fields import FIELDS, Field, Kind, Type
from sales.models import Import

FIELD_LABELS: dict[str, Promise] = {
    "external_id": _("External id"),
    "name": _("Name"),
    "email": _("E-mail"),
    "roles": _("Roles"),
    "team": _("Team"),
    "manager": _("Manager"),
    "manager_name": _("Manager's name"),
    "manager_email": _("Manager's e-mail"),
    "from": _("Since"),
    "parent": _("Part of team"),
    "sector": _("Sector"),
    "country": _("Country"),
    "family": _("Family"),
    "price": _("List price"),
    "currency": _("Currency"),
    "kind": _("Type"),
    "status": _("Status"),
    "stage": _("Stage"),
    "owner": _("Owner"),
    "customer": _("Customer"),
    "product": _("Product"),
    "quantity": _("Quantity"),
    "number": _("Number"),
    "amount": _("Amount"),
    "opened_on": _("Opened on"),
    "closed_on": _("Closed on"),
    "splits": _("Split"),
    "invoiced_on": _("Invoiced on"),
    "cancelled_on": _("Cancelled on"),
    "cost": _("Cost"),
    "tax": _("Tax"),
    "discount": _("Discount"),
    "term_months": _("Term in months"),
    "deal": _("Deal"),
    "paid_on": _("Paid on"),
    "source": _("From currency"),
    "target": _("To currency"),
    "starts_on": _("From the day"),
    "rate": _("Exchange rate"),
    "is_sure": _("An unusual rate is meant"),
}
# What a column may hold, by field or else by type; and a value as it would stand in a file.
_HOLDS: dict[str, tuple[Promise, str]] = {
    "external_id": (_("The record's id in your system. An import finds the record by it the next time."), "A-1001"),
    "from": (_("The day from which team and manager hold. Empty: the day of the import."), "2026-01-01"),
    "kind": (_("A word of your own, such as new or renewal. Plans may ask for it."), "new"),
    "stage": (_("Your own word for how far the deal is."), "Negotiation"),
    "country": (_("As text."), "Indonesia"),
    "sector": (_("As text."), "Retail"),
    "family": (_("As text. Plans may ask for it."), "Standard"),
    "manager_name": (_("For a manager who comes along with this file."), "Mia Santoso"),
    "manager_email": (_("For a manager who comes along with this file."), "mia@example.com"),
    "cancelled_on": (_("The day on which a won deal was cancelled. Plans say what that takes back."), "2026-03-31"),
    "cost": (_("What the deal costs you. Empty: unknown; write 0 where there is none."), "700.00"),
    "tax": (_("The tax contained in the amount. Empty: unknown; write 0 where there is none."), "110.00"),
    Type.TEXT: (_("As text."), "Harbour Foods"),
    Type.EMAIL: (_("For signing in. Without one the person is paid but can't sign in."), "ana@example.com"),
    Type.STATUS: (_("open, won or lost. Empty: open."), "won"),
    Type.ROLES: (_("rep, manager, finance, admin; several with a semicolon between."), "rep"),
    Type.DATE: (_("A date. You say how your file writes dates."), "2026-01-31"),
    Type.INTEGER: (_("A whole number. Empty: 1."), "1"),
    Type.MONTHS: (_("For how many months it was sold."), "24"),
    Type.PERCENT: (_("In percent."), "12.5"),
    Type.DEAL: (_("The deal's external id."), "A-1001"),
    Type.CURRENCY: (_("Three letters, such as USD. Empty: the file's default currency."), "USD"),
    Type.MONEY: (_("A number; below zero for a refund."), "1250.00"),
    Type.PERSON: (_("The person's external id or e-mail address."), "ana@example.com"),
    Type.TEAM: (_("The team's external id or name."), "West"),
    Type.CUSTOMER: (_("The customer's external id or name."), "Harbour Foods"),
    Type.PRODUCT: (_("The product's external id or name."), "Consulting day"),
    "source": (_("Three letters, such as EUR."), "EUR"),
    "target": (_("Three letters, such as USD."), "USD"),
    "starts_on": (_("A date. The rate holds from it until the next one of the pair begins."), "2026-01-01"),
    Type.RATE: (_("How much of the second currency one of the first is."), "1.085"),
    Type.YES: (_("Write yes where a rate twice its neighbour, or half of it, is right. Else it is refused."), "yes"),
    Type.SPLITS: (
        _("Who shares the deal, when not its owner alone."),
        "ana@example.com:60%; ben@example.com:40%",
    ),
}
_OF_PAYMENTS: dict[str, tuple[Promise, str]] = {
    "external_id": (_("The payment's id in your system. An import finds the payment by it the next time."), "P-5001"),
    "amount": (_("In the deal's currency; below zero for money paid back."), "500.00"),
}
_OF_LINES: dict[str, tuple[Promise, str]] = {
    "external_id": (
        _("The deal's external id. All lines of a deal stand in one file, and replace those it had."),
        "A-1001",
    ),
    "number": (_("The line's place in its deal, from 1."), "1"),
    "amount": (_("In the deal's currency. What the lines add up to becomes the deal's amount."), "600.00"),
    "cost": (_("What the line costs you. Empty: unknown; write 0 where there is none."), "400.00"),
}
_OF_KINDS = {Kind.PAYMENTS: _OF_PAYMENTS, Kind.LINES: _OF_LINES}
_NAMES = {Kind.PEOPLE: "Ana Putri", Kind.TEAMS: "West", Kind.PRODUCTS: "Consulting day", Kind.DEALS: "Renewal 2026"}
# Kinds in the order in which they go in: each names records of those before it.
ORDER: dict[Kind, Promise] = {
    Kind.TEAMS: _("Only if teams stand in a file of their own; people can bring their teams along."),
    Kind.PEOPLE: _("Who sells, in which team, for which manager."),
    Kind.CUSTOMERS: _("To whom you sell. Deals name them."),
    Kind.PRODUCTS: _("What you sell. Deals name them."),
    Kind.DEALS: _("The sales themselves. They name people, customers and products, so they come after these."),
    Kind.LINES: _(
        "What was sold with each deal, where plans pay by product. They name deals, so they come after these."
    ),
    Kind.PAYMENTS: _("What customers paid for deals, where plans pay by it. They name deals, so they come last."),
    Kind.RATES: _("What one currency was worth in another from which day on, where plans convert."),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One of our fields, for those who fill in a file."""

    name: str
    label: str
    holds: str
    example: str
    required: bool


@dataclass(frozen=True, slots=True)
class Guide:
    kind: Kind
    label: str
    why: str
    columns: tuple[Column, ...]


def label_of(name: str) -> str:
    return str(FIELD_LABELS.get(name, name.removeprefix(PREFIX)))


def guides() -> list[Guide]:
    """What each kind of file holds, in the order in which files go in."""
    return [guide(kind) for kind in ORDER]


def guide(kind: Kind) -> Guide:
    return Guide(
        kind, str(Import.Kind(kind).label), str(ORDER[kind]), tuple(_column(kind, field) for field in FIELDS[kind])
    )


def _column(kind: Kind, field: Field) -> Column:
    holds, example = _HOLDS.get(field.name) or _HOLDS[field.type]
    holds, example = _OF_KINDS.get(kind, {}).get(field.name, (holds, example))
    if field.name == "name" and kind in _NAMES:
        example = _NAMES[kind]
    return Column(field.name, label_of(field.name), str(holds), example, field.required)
