"""The demo company's customers, products, rates and deals, in bulk."""

from collections.abc import Iterable

from demo.engine.records import Company
from demo.engine.records import Deal as Sale
from sales.models import Customer, Deal, DealShare, ExchangeRate, Product
from sales.signals import Touched, facts_changed

BATCH = 2_000


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
    ids = {each.external_id: each.pk for each in (*customers, *products)}
    _save_deals(made.deals, people, ids)


def _save_deals(sales: Iterable[Sale], people: dict[str, int], ids: dict[str, int]) -> None:
    rows = [(sale, _deal(sale, people, ids)) for sale in sales]
    Deal.objects.bulk_create([deal for _, deal in rows], batch_size=BATCH)
    DealShare.objects.bulk_create(
        (
            DealShare(deal=deal, user_id=people[person], share_ppm=part)
            for sale, deal in rows
            for person, part in sale.shares
        ),
        batch_size=BATCH,
    )
    facts_changed.send(
        Deal,
        touched=frozenset(
            Touched(people[person], sale.closed_on)
            for sale, _ in rows
            if sale.closed_on
            for person in {sale.owner, *dict(sale.shares)}
        ),
    )


def _deal(sale: Sale, people: dict[str, int], ids: dict[str, int]) -> Deal:
    return Deal(
        external_id=sale.key,
        name=sale.name,
        kind=sale.kind,
        status=sale.status,
        stage=sale.stage,
        owner_id=people[sale.owner],
        customer_id=ids[sale.customer],
        product_id=ids[sale.product],
        quantity=sale.quantity,
        amount_minor=sale.amount_minor,
        currency=sale.currency,
        opened_on=sale.opened_on,
        closed_on=sale.closed_on,
    )
