"""The demo company's customers, products, rates and deals, in bulk."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from core.copy import copy_in
from demo.engine.records import Company
from demo.engine.records import Deal as Sale
from sales.models import Customer, Deal, DealLine, DealShare, ExchangeRate, Product
from sales.signals import Touched, facts_changed


def save_facts(*, made: Company, people: dict[str, int]) -> None:
    """Write everything sold, to whom and at which rates, and announce whom it touches."""
    customers = Customer.objects.bulk_create(
        Customer(external_id=each.key, name=each.name, sector=each.sector, country=each.country)
        for each in made.customers
    )
    products = Product.objects.bulk_create(
        Product(
            external_id=each.key,
            name=each.name,
            family=each.family,
            price_minor=each.price_minor[made.currency],
            currency=made.currency,
        )
        for each in made.products
    )
    ExchangeRate.objects.bulk_create(
        ExchangeRate(source=each.source, target=each.target, starts_on=each.starts_on, rate=each.rate)
        for each in made.rates
    )
    ids = {each.external_id: each.pk for each in customers} | {each.external_id: each.pk for each in products}
    _save_deals(made.deals, people, ids)


def _save_deals(sales: Sequence[Sale], people: dict[str, int], ids: dict[str, int]) -> None:
    copy_in("sales_deal", _frame(sales, people, ids))
    shared = {sale.key: sale.shares for sale in sales if sale.shares}
    deals = Deal.objects.filter(external_id__in=shared).values_list("external_id", "pk")
    shares = [
        DealShare(deal_id=deal, user_id=people[person], share_ppm=part)
        for key, deal in deals
        for person, part in shared[key]
    ]
    DealShare.objects.bulk_create(shares)
    _save_lines(sales, ids)
    _save_payments(sales)
    facts_changed.send(
        Deal,
        touched=frozenset(
            Touched(people[person], day)
            for sale in sales
            for day in {sale.closed_on, sale.invoiced_on, sale.cancelled_on, *dict(sale.payments)} - {None}
            for person in {sale.owner, *dict(sale.shares)}
            if day
        ),
    )


def _save_lines(sales: Sequence[Sale], ids: dict[str, int]) -> None:
    sold = {sale.key: sale.lines for sale in sales if sale.lines}
    deals = Deal.objects.filter(external_id__in=sold).values_list("external_id", "pk")
    DealLine.objects.bulk_create(
        DealLine(
            deal_id=deal, number=number, product_id=ids[line.product] if line.product else None, name=line.name,
            quantity=line.quantity, amount_minor=line.amount_minor,
        )
        for key, deal in deals
        for number, line in enumerate(sold[key], start=1)
    )  # fmt: skip


def _save_payments(sales: Sequence[Sale]) -> None:
    paid = {sale.key: sale.payments for sale in sales if sale.payments}
    deals = dict(Deal.objects.filter(external_id__in=paid).values_list("external_id", "pk"))
    rows = [
        (f"{key}-P{number}", deals[key], day, minor)
        for key, payments in paid.items()
        for number, (day, minor) in enumerate(payments, start=1)
    ]
    columns = ["external_id", "deal_id", "paid_on", "amount_minor"]
    copy_in("sales_payment", pl.DataFrame(rows, schema=columns, orient="row"))


def _frame(sales: Sequence[Sale], people: dict[str, int], ids: dict[str, int]) -> pl.DataFrame:
    same = ("name", "kind", "status", "stage", "quantity", "amount_minor", "currency", "opened_on", "closed_on",
            "invoiced_on", "cancelled_on", "cost_minor", "discount_ppm", "term_months")  # fmt: skip
    columns: dict[str, list[Any]] = {name: [getattr(sale, name) for sale in sales] for name in same}
    return pl.DataFrame(
        {
            "external_id": [sale.key for sale in sales],
            "owner_id": [people[sale.owner] for sale in sales],
            "customer_id": [ids[sale.customer] for sale in sales],
            "product_id": [ids[sale.product] for sale in sales],
            "custom": [json.dumps({"channel": sale.channel}) for sale in sales],
            **columns,
        }
    )
