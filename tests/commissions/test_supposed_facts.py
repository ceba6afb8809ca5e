"""What an estimate asks of a deal: all that the payee's plans read, nothing else, and the run pays what it said."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from commissions import services
from commissions.engine.document import load_plan
from commissions.engine.reads import PAID, Reads, reads_of
from commissions.forms.supposed import FACTS, Terms, columns_given, facts_asked, facts_told
from commissions.models import Statement
from commissions.selectors.asked import reads_by
from commissions.selectors.estimate import Supposed, estimate
from commissions.selectors.inputs import _DEAL_COLUMNS
from sales.models import Customer, Deal, Payment, Product
from tests.commissions.test_estimates import TODAY, made_up, open_deal
from tests.commissions.test_estimator import ask
from tests.conftest import Cast
from tests.world import NOW, calculated, publish

EVERYTHING = """
plan: Everything
currency: USD
period: month
components:
  - {key: margin, name: Margin, base: deal.margin, rate: 10%, when: deal.type = "new"}
  - {key: net, name: Net, base: deal.amount - deal.tax, rate: 1%}
  - {key: family, name: Families, when: 'product.family in ["Focus", "Core"]', rate: 2%}
  - {key: sector, name: Banks, when: customer.sector = "Bank" and not customer.country = "SG", rate: 3%}
  - {key: long, name: Long, when: deal.term >= 24, rate: 0.5%}
  - {key: sent, name: Sent, credit: {trigger: invoiced}, rate: 4%}
  - {key: cash, name: Cash, credit: {trigger: paid}, rate: 5%}
  - {key: west, name: West, when: deal.custom.region = "west", rate: 0.7%}
  - {key: seats, name: Seats, when: deal.custom.seats >= 50, rate: 0.9%}
  - {key: units, name: Units, measure: quantity, pay_per_unit: 3}
  - {key: swift, name: Swift, when: deal.opened >= 2026-11-01, rate: 0.3%}
  - key: table
    name: By discount
    window: quarter
    tiers: marginal
    by: deal.discount
    columns: [{from: 0%}, {from: 10%}]
    curve: [{from: 0, rates: [8%, 6%]}, {from: 3000, rates: [10%, 7%]}]
"""
BARE = """
plan: Bare
currency: USD
period: month
components: [{key: all, name: All, rate: 10%}]
"""
ALL = {
    "type": "new", "cost": 400_00, "tax": 110_00, "discount": 125_000, "term": 36, "quantity": 12,
    "product_name": "Focus One", "product_code": "F1", "product_family": "Focus",
    "customer_name": "Harbour", "customer_sector": "Bank", "customer_country": "ID",
    "custom.region": "west", "custom.seats": "60", "opened": date(2026, 11, 2),
    "invoiced": date(2026, 12, 5), PAID: date(2027, 1, 9),
}  # fmt: skip
NOTHING = dict.fromkeys(ALL) | {"quantity": 1}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def on_plan(user: User, source: str) -> User:
    services.assign(
        plan=publish(source).plan, payees=[user], from_date=date(2026, 1, 1), until=None, quota_minor=None, per=None,
        acting_user=None, now=NOW,
    )  # fmt: skip
    return user


@pytest.fixture
def ana(cast: Cast) -> User:
    return on_plan(cast.ana, EVERYTHING)


def win(deal: Deal, owner: User, facts: dict[str, Any]) -> None:
    """The deal as the company records it once it is won with these facts."""
    product = customer = None
    if facts["product_name"]:
        named = {"name": facts["product_name"], "family": facts["product_family"]}
        product = Product.objects.create(external_id=f"P {deal.external_id}", **named)
    if facts["customer_name"]:
        said = {name: facts[f"customer_{name}"] for name in ("name", "sector", "country")}
        customer = Customer.objects.create(external_id=f"C {deal.external_id}", **said)
    saved, _ = Deal.objects.update_or_create(
        external_id=deal.external_id,
        defaults={
            "name": deal.name, "owner": owner, "status": Deal.Status.WON, "currency": "USD",
            "amount_minor": deal.amount_minor, "closed_on": deal.closed_on, "kind": facts["type"] or "",
            "quantity": facts["quantity"], "cost_minor": facts["cost"], "tax_minor": facts["tax"],
            "discount_ppm": facts["discount"], "term_months": facts["term"], "opened_on": facts["opened"],
            "invoiced_on": facts["invoiced"] or deal.closed_on, "product": product, "customer": customer,
            "custom": {
                name.removeprefix("custom."): value
                for name, value in facts.items()
                if name.startswith("custom.") and value is not None
            },
        },
    )  # fmt: skip
    day = facts[PAID] or str(deal.closed_on)
    Payment.objects.create(deal=saved, external_id=saved.external_id, paid_on=day, amount_minor=saved.amount_minor)


@pytest.mark.parametrize("is_real", [False, True], ids=["made up", "a real one changed"])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        (ALL, NOTHING),
        (NOTHING, ALL),
        (ALL | {"type": "renewal", "customer_country": "SG", "custom.seats": "49.999999"}, ALL | {"discount": 0}),
        (ALL | {"cost": None, "term": 23, "custom.region": "*"}, NOTHING | {"cost": 0, "type": "new", "term": 24}),
        (ALL | {"product_family": "*", "invoiced": None, PAID: date(2026, 11, 1)}, ALL | {"quantity": -3}),
    ],
    ids=["all and nothing", "nothing and all", "just beside", "half known", "on other days"],
)
def test_the_run_pays_what_was_supposed_of_a_deals_facts(
    ana: User, one: dict[str, Any], two: dict[str, Any], is_real: bool
) -> None:
    days = (date(2026, 11, 25), date(2026, 12, 2))
    if is_real:
        deals = [open_deal(ana, f"real {number}", 1_00, kind="old", quantity=7, cost_minor=3_00) for number in (1, 2)]
        for deal, day, amount in zip(deals, days, (2_000_17, 5_432_10), strict=True):
            deal.amount_minor, deal.closed_on = amount, day
    else:
        deals = [made_up(1, 2_000_17, days[0]), made_up(2, 5_432_10, days[1])]
    told = [Supposed(deal, 50, facts) for deal, facts in zip(deals, (one, two), strict=True)]
    found = estimate(payee=ana, supposed=told, today=TODAY)
    for deal, facts in zip(deals, (one, two), strict=True):
        win(deal, ana, facts)
    for label in ("2026-11", "2026-12", "2027-01"):
        calculated(label, ana)
    paid = {row.period.label: row.total_minor for row in Statement.objects.filter(payee=ana).select_related("period")}
    said = {row.label: row.after_minor for row in found.periods if re.fullmatch(r"\d{4}-\d\d", row.label)}
    assert said == {label: paid.get(label, 0) for label in said}
    assert found.totals[0].brings_minor == sum(paid.values())


def test_every_column_of_a_deal_that_a_plan_may_read_has_an_input() -> None:
    unasked = {"deal", "owner", "key", "closed", "amount", "currency", "cancelled", "name"}
    assert {column for fact in FACTS for column in fact.asks} - {PAID} == set(_DEAL_COLUMNS) - unasked


def test_what_a_plan_reads_is_found_in_each_of_its_expressions() -> None:
    reads = reads_of([load_plan(EVERYTHING)])
    assert {name: how.texts for name, how in reads.items() if how.texts} == {
        "type": ("new",),
        "product_family": ("Focus", "Core"),
        "customer_sector": ("Bank",),
        "customer_country": ("SG",),
        "custom.region": ("west",),
    }
    assert [name for name, how in reads.items() if how.is_number] == ["custom.seats"]
    assert sorted(reads) == [
        "cost", "custom.region", "custom.seats", "customer_country", "customer_sector", "discount", "invoiced",
        "opened", "paid", "product_family", "quantity", "tax", "term", "type",
    ]  # fmt: skip


def test_the_columns_of_a_rate_table_are_told_apart() -> None:
    table = EVERYTHING.replace("by: deal.discount", "by: product.family").replace(
        "[{from: 0%}, {from: 10%}]", "[{is: [Focus]}, {is: [Core, Other]}]"
    )
    assert reads_of([load_plan(table)])["product_family"].texts == ("Focus", "Core", "Other")


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ('product.family = "Focus"', ["family"]),
        ('product.family = "Focus" and product.code = "F1"', ["product"]),
        ('customer.name = "Harbour" and customer.country = "ID"', ["customer"]),
        ('customer.country = "ID"', ["country"]),
        ("deal.invoiced > deal.opened", ["opened", "invoiced"]),
        ("deal.cancelled > deal.closed", []),
        ('deal.name = "x" or deal.currency = "USD"', []),
    ],
)
def test_an_input_that_another_one_gives_is_not_asked_for(when: str, names: list[str]) -> None:
    reads = reads_of([load_plan(BARE.replace("rate: 10%", f"rate: 10%, when: '{when}'"))])
    assert [fact.name for fact in facts_asked(reads)] == names


def asked_on(user: User, query: dict[str, str] | None = None) -> list[str]:
    """The names of all inputs of the made-up deal, in order."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("commissions:estimator"), query or {"add": "1"}).content.decode()
    return re.findall(r'name="([\w.]+)-m1"', page)


def test_a_plan_that_reads_nothing_asks_for_nothing(cast: Cast) -> None:
    assert asked_on(on_plan(cast.ana, BARE)) == ["in", "name", "amount", "closed", "chance"]


def test_a_plan_that_reads_everything_asks_for_everything(ana: User) -> None:
    assert asked_on(ana)[4:-1] == [
        "kind", "family", "sector", "country", "quantity", "discount", "cost", "tax", "term", "opened", "invoiced",
        "paid", "custom.region", "custom.seats",
    ]  # fmt: skip


def test_a_plan_of_next_year_asks_already(cast: Cast) -> None:
    ana = on_plan(cast.ana, BARE)
    services.assign(
        plan=publish(EVERYTHING).plan, payees=[ana], from_date=date(2027, 12, 31), until=None, quota_minor=None,
        per=None, acting_user=None, now=NOW,
    )  # fmt: skip
    services.assign(
        plan=publish(BARE.replace("Bare", "Later").replace("10%", "10%, when: deal.discount = 5%")).plan, payees=[ana],
        from_date=date(2028, 1, 1), until=None, quota_minor=None, per=None, acting_user=None, now=NOW,
    )  # fmt: skip
    assert sorted(reads_by(ana, TODAY)) == sorted(reads_of([load_plan(EVERYTHING)]))


def test_what_is_typed_of_a_made_up_deal_is_paid_for(ana: User) -> None:
    typed = {
        "sent": "1", "in-m1": "on", "amount-m1": "1,000", "closed-m1": "2026-11-25", "kind-m1": "new",
        "cost-m1": "400", "tax-m1": "110", "discount-m1": "12.5%", "term-m1": "36", "quantity-m1": "1,000",
        "family-m1": "Core", "sector-m1": "Bank", "country-m1": "*", "custom.region-m1": "west",
        "custom.seats-m1": "1,000.5", "opened-m1": "2026-11-01", "invoiced-m1": "", "paid-m1": "2027-02-03",
    }  # fmt: skip
    status, text = ask(ana, typed)
    assert status == 200
    for part in (
        "Margin $600$600.00 credited+$60.00", "Net $890$890.00 credited+$8.90", "Families+$20.00", "Banks+$30.00",
        "Long+$5.00", "Sent+$40.00", "Cash+$50.00", "West+$7.00", "Seats+$9.00", "Units 1,000 units credited+$3,000.00",
        "Swift+$3.00", "By discount+$60.00",
    ):  # fmt: skip
        assert part in text.replace(" +", "+"), part
    assert "February 2027 without these deals $0$0.00 → with them $50.00" in text
    # what closes this year adds up in this year's last quarter, whenever it is paid
    assert re.findall(r"By discount (Q\d \d+)", text) == ["Q4 2026"]


def test_a_real_deal_says_what_is_known_of_it_and_can_be_changed(ana: User) -> None:
    focus = Product.objects.create(external_id="F1", name="Focus One", family="Focus")
    deal = open_deal(
        ana, "known", 1_000_00, date(2026, 11, 25), kind="renewal", product=focus, cost_minor=400_50, term_months=36,
        custom={"region": "north", "seats": 60}, discount_ppm=1_001,
    )  # fmt: skip
    client = Client()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("commissions:estimator")).content.decode()
    known = {"cost": "400.50", "term": "36", "quantity": "1", "custom.seats": "60", "discount": "0.1001", "tax": ""}
    assert {name: re.findall(rf'name="{re.escape(name)}-{deal.pk}" value="([^"]*)"', page) for name in known} == {
        name: [value] for name, value in known.items()
    }
    chosen = {"kind": "renewal", "family": "Focus", "custom.region": "north", "sector": ""}
    for name, value in chosen.items():
        select = re.search(rf'<select [^>]*name="{re.escape(name)}-{deal.pk}".*?</select>', page, re.DOTALL)
        assert select
        assert re.findall(r'value="([^"]*)" selected', select[0]) == [value]
    before = ask(ana)[1]
    changed = ask(ana, {f"kind-{deal.pk}": "new", f"custom.region-{deal.pk}": "west"})[1]
    told = ("credited +$59.95", "West +$7.00")
    assert [[part in text for part in told] for text in (before, changed)] == [[False, False], [True, True]]
    deal.refresh_from_db()
    assert (deal.kind, deal.custom) == ("renewal", {"region": "north", "seats": 60})


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("cost", "4,00", "That is no amount in USD. Write it as 1,250."),
        ("tax", "1.005", "That is no amount in USD."),
        ("discount", "100.1", "A discount is a number of per cent from 0 to 100"),
        ("term", "-1", "Write a whole number from 0 to 1,200."),
        ("term", "1.5", "Write a whole number from 0 to 1,200."),
        ("quantity", "", "Write a whole number from -2,147,483,647 to 2,147,483,647."),
        ("quantity", "2,147,483,648", "Write a whole number from"),
        ("opened", "2026-02-30", "That is no day. Choose one, or leave it empty."),
        ("invoiced", "2028-01-01", "Choose a day from 1 Jan 2026 to 31 Dec 2027."),
        ("paid", "yesterday", "Choose a day from 1 Jan 2026 to 31 Dec 2027."),
        ("custom.seats", "many", "Write a number, with at most 12 digits and 6 decimals."),
        ("custom.seats", "1.0000001", "Write a number, with at most 12 digits and 6 decimals."),
    ],
)
def test_what_cannot_be_is_said_and_the_deal_left_out(ana: User, name: str, typed: str, message: str) -> None:
    deal = open_deal(ana, "odd", 1_000_00, date(2026, 11, 25))
    status, text = ask(ana, {f"{name}-{deal.pk}": typed}, live=True)
    assert status == 200
    assert message in text
    assert "1 deal is left out: correct its field." in text


def test_what_is_not_asked_for_is_not_read(cast: Cast) -> None:
    deal = open_deal(on_plan(cast.ana, BARE), "plain", 1_000_00, date(2026, 11, 25))
    assert "These deals bring+$100.00" in ask(cast.ana, {f"cost-{deal.pk}": "nonsense"})[1]


def test_numbers_are_typed_in_the_signs_of_the_language() -> None:
    reads = {"cost": Reads(), "custom.seats": Reads(is_number=True), "discount": Reads()}
    known = {"cost": 1_250_50, "custom.seats": "12.5", "discount": 125_000}
    terms = Terms("USD", date(2026, 1, 1), date(2028, 1, 1))
    with translation.override("id"):
        shown = facts_told({}, "1", reads=reads, known=known, terms=terms)
        typed = {f"{row.name}-1": row.value + "5" for row in shown.fields}
        told = facts_told(typed, "1", reads=reads, known=known, terms=terms)
    assert [row.value for row in shown.fields] == ["12,5", "1.250,50", "12,5"]
    assert (shown.facts, shown.errors) == (known, {})
    assert (told.facts, sorted(told.errors)) == ({"discount": 125_500, "custom.seats": "12.55"}, ["cost"])


def test_a_product_is_found_by_its_name_and_gives_its_family(cast: Cast) -> None:
    ana = on_plan(cast.ana, BARE.replace("10%", '10%, when: \'product.code = "F1" and product.family = "Focus"\''))
    Product.objects.create(external_id="F1", name="Focus One", family="Focus")
    made = {"sent": "1", "in-m1": "on", "amount-m1": "1,000", "closed-m1": "2026-11-25"}
    assert "These deals bring+$100.00" in ask(ana, {**made, "product-m1": "Focus One (F1)"})[1]
    assert "These deals bring+$" not in ask(ana, made)[1]
    assert "No single one is called so." in ask(ana, {**made, "product-m1": "Foc"})[1]


def test_the_page_asks_the_database_as_often_for_thirty_deals_as_for_two(cast: Cast) -> None:
    when = 'product.name != "X" and customer.name != "Y" and deal.custom.region != "Z"'
    ana = on_plan(cast.ana, BARE.replace("10%", f"10%, when: '{when}'"))
    product = Product.objects.create(external_id="P", name="Product")
    customer = Customer.objects.create(external_id="C", name="Customer")
    client = Client()
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    counts = []
    for count in (2, 28):
        for number in range(count):
            key = f"{count} {number}"
            open_deal(ana, key, 1_00, date(2026, 12, 1), product=product, customer=customer, custom={"region": "x"})
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("commissions:estimator")).content.decode()
        counts.append(len(queries))
    assert page.count('value="Product (P)"') == 30
    assert counts[0] == counts[1]


def test_columns_are_read_for_what_the_inputs_give() -> None:
    assert columns_given({"product_name": Reads(), PAID: Reads(), "custom.a": Reads()}) == [
        "custom.a", "product_code", "product_family", "product_name",
    ]  # fmt: skip
