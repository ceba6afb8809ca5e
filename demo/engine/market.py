"""What the demo company sells, to whom, and what a dollar is worth in rupiah."""

from datetime import date
from decimal import Decimal
from random import Random

from demo.engine.calendar import chance, months
from demo.engine.records import Customer, Product, Rate

CURRENCY_OF = {"indonesia": "IDR", "jakarta": "IDR", "surabaya": "IDR", "asia-pacific": "USD", "europe": "USD"}
CUSTOMERS_PER_TEAM = 36


def _product(
    name: str, family: str, prices: tuple[int, int], units: tuple[int, int], weight: int, days: int
) -> Product:
    rupiah, dollars = prices
    price_minor = {"IDR": rupiah * 100, "USD": dollars * 100}
    return Product(name.lower().replace(" ", "-"), name, family, price_minor, units, weight, days)


PRODUCTS = (
    _product("Kirana ERP Enterprise", "ERP", (850_000_000, 55_000), (1, 2), 4, 110),
    _product("Kirana ERP Business", "ERP", (240_000_000, 15_500), (1, 2), 10, 75),
    _product("Kirana Warehouse", "Logistics", (165_000_000, 10_600), (1, 3), 10, 60),
    _product("Kirana Analytics", "Insight", (95_000_000, 6_200), (1, 3), 12, 45),
    _product("Kirana Payroll", "People", (48_000_000, 3_100), (1, 4), 16, 35),
    _product("Kirana POS", "Retail", (12_500_000, 800), (3, 40), 22, 25),
    _product("Kirana Edge Sensor", "Logistics", (7_500_000, 480), (8, 60), 12, 30),
    _product("Support Plus", "Service", (36_000_000, 2_350), (1, 3), 14, 20),
)

_INDONESIAN = tuple(
    words.split()
    for words in (
        "PT PT PT CV Koperasi",
        "Sinar Bumi Cahaya Mitra Surya Karya Tirta Buana Anugerah Graha Rimba Samudra",
        "Laut Pangan Tani Logistik Medika Pustaka Kencana Busana Niaga Rasa Boga Lestari",
        "Abadi Makmur Nusantara Sejahtera Mandiri Persada Utama Bersama",
    )
)
_INTERNATIONAL = tuple(
    words.split()
    for words in (
        "Brightwater Harbourline Northgate Silverpine Eastfield Bluecrane Kestrel Tamarind Lighthouse Ironbark Juniper",
        "Foods Logistics Retail Medical Textiles Hotels Energy Shipping Education Farms",
    )
)
_COUNTRIES = {
    "asia-pacific": (
        *(("Singapore", "Pte Ltd"), ("Malaysia", "Sdn Bhd"), ("Viet Nam", "JSC"), ("Thailand", "Co., Ltd.")),
        *(("Japan", "K.K."), ("Australia", "Pty Ltd"), ("Philippines", "Inc."), ("India", "Pvt Ltd")),
    ),
    "europe": (
        *(("Netherlands", "B.V."), ("Germany", "GmbH"), ("France", "S.A.S."), ("Poland", "Sp. z o.o.")),
        *(("Spain", "S.L."), ("Sweden", "AB"), ("United Arab Emirates", "LLC"), ("United Kingdom", "Ltd")),
    ),
}
_SECTORS = ("Retail", "Food", "Logistics", "Health", "Education", "Manufacturing", "Hospitality", "Public sector")


def customers(seed: str) -> tuple[Customer, ...]:
    """Each team's customers, in its own part of the world; no name twice."""
    found: dict[str, Customer] = {}
    for team in CURRENCY_OF:
        luck = chance(seed, "customers", team)
        wanted = len(found) + CUSTOMERS_PER_TEAM
        while len(found) < wanted:
            name, country = _customer_name(team, luck)
            found.setdefault(name, Customer(f"C-{len(found) + 1:04}", name, luck.choice(_SECTORS), country, team))
    return tuple(found.values())


def _customer_name(team: str, luck: Random) -> tuple[str, str]:
    if team not in _COUNTRIES:
        return " ".join(luck.choice(words) for words in _INDONESIAN), "Indonesia"
    country, form = luck.choice(_COUNTRIES[team])
    return f"{' '.join(luck.choice(words) for words in _INTERNATIONAL)} {form}", country


def rates(seed: str, since: date, today: date) -> tuple[Rate, ...]:
    """What one dollar is worth in rupiah, from the first of each month."""
    rupiah, found = 16_200, []
    for month in months(since, today):
        rupiah += chance(seed, "rate", month).randrange(-150, 171, 5)
        found.append(Rate("USD", "IDR", month, Decimal(rupiah)))
    return tuple(found)
