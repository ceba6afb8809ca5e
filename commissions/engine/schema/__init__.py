"""The keys of a plan document and their types; docs/plan-format.md describes them, the JSON Schema comes from here.

Money in a document is in major units of the plan's currency, as people write it.
"""

from commissions.engine.schema.component import (
    Against,
    Component,
    Credit,
    Measure,
    Of,
    Pays,
    StartsWhen,
    Step,
    Tiers,
    Trigger,
)
from commissions.engine.schema.examples import (
    ByPeriod,
    Example,
    ExampleCustomer,
    ExampleDeal,
    ExamplePayee,
    ExamplePayment,
    ExampleProduct,
    Expected,
    Goal,
    Member,
    ReportsTo,
)
from commissions.engine.schema.modify import Cap, Excess, Floor, Multiply, PlanCap, Times, Window
from commissions.engine.schema.payout import Due, PayoutPart
from commissions.engine.schema.plan import OtherCurrencies, PlanDocument, Prorate, QuotaRules, Rounding
from commissions.engine.schema.terms import BelowZero, Draw, DrawKind, DrawPays, Held, OnLeaving, Owed
from commissions.engine.schema.values import Day, Label, Name, Slug, Strict, Text

__all__ = [
    "Against",
    "BelowZero",
    "ByPeriod",
    "Cap",
    "Component",
    "Credit",
    "Day",
    "Draw",
    "DrawKind",
    "DrawPays",
    "Due",
    "Example",
    "ExampleCustomer",
    "ExampleDeal",
    "ExamplePayee",
    "ExamplePayment",
    "ExampleProduct",
    "Excess",
    "Expected",
    "Floor",
    "Goal",
    "Held",
    "Label",
    "Measure",
    "Member",
    "Multiply",
    "Name",
    "Of",
    "OnLeaving",
    "OtherCurrencies",
    "Owed",
    "PayoutPart",
    "Pays",
    "PlanCap",
    "PlanDocument",
    "Prorate",
    "QuotaRules",
    "ReportsTo",
    "Rounding",
    "Slug",
    "StartsWhen",
    "Step",
    "Strict",
    "Text",
    "Tiers",
    "Times",
    "Trigger",
    "Window",
]
