"""The words of the form's part for examples: see `table`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from commissions.engine.expressions.fields import LINE
from commissions.engine.schema import (
    Example,
    ExampleCustomer,
    ExampleDeal,
    ExamplePayee,
    ExampleProduct,
    ReportsTo,
)
from commissions.forms.keys import (
    Key,
    all_of,
    any_component,
    any_credit,
    any_of,
    of_plan,
    pays_roles,
    reads,
    reads_own,
)
from commissions.forms.kinds import Kind, Model

_IN_PARTS = any_component("payout")
_PRODUCT = ("product_name", "product_family", "product_code")  # of a deal, and of one that is a line itself

EXAMPLES: Mapping[Model, tuple[Key, ...]] = {
    Example: (
        Key("name", _("What the case shows"), is_wide=True),
        Key("payee", _("The payee"), fits=lambda around: "payees" not in around[0]),
        Key("payees", _("Payees"), add=_("Add a payee"), fits=lambda around: "payees" in around[0]),
        Key(
            "team_quotas", _("Quotas of teams"), is_wide=True, usual=_("west 100000"),
            fits=all_of(any_component("pool"), any_component("against", "quota")),
        ),
        Key("deals", _("Deals"), add=_("Add a deal")),
        Key(
            "rates", _("Exchange rates"), is_rare=True, is_wide=True, usual=_("EUR 1.08"),
            fits=lambda around: around[-1].get("other_currencies") == "convert",
        ),
        Key("expect", _("What finance agreed to pay"), kind=Kind.GRID),
        Key("source", _("Where the figures come from"), is_rare=True, is_wide=True, usual=_("a contract, a mail")),
    ),
    ExamplePayee: (
        Key(
            "quota", _("Quota"), usual=_("none"), is_wide=True,
            help=_("One amount for each window, or by period: 2026-Q1 100000, 2026-Q2 120000."),
        ),
        Key("target", _("Target incentive"), usual=_("none"), is_wide=True, fits=any_component("pays", "target")),
        Key("kpis", _("KPIs"), usual=_("csat 82%"), is_wide=True, fits=any_component("multiply")),
        Key(
            "scores", _("Scores"), usual=_("mbo 85%"), kind=Kind.BY_PATH, is_wide=True,
            fits=any_component("measure", "score"),
            help=_("What the manager gave, by component: mbo 85%; by objective or period too: mbo 2026-Q1 crm 85%."),
        ),
        Key("starts", _("First day on the plan"), fits=any_of(of_plan("draw"), of_plan("quotas"))),
        Key("ends", _("First day no longer on the plan"), fits=any_of(of_plan("on_leaving"), of_plan("quotas"))),
        Key("leave", _("Leave"), add=_("Say when she is away"), fits=of_plan("leave")),
        Key("reports_to", _("Reports to"), add=_("Say whom she reports to"), fits=any_credit("of", "reports")),
    ),
    ReportsTo: (
        Key("to", _("Reports to")),
        Key("from", _("From")),
        Key("until", _("Until before")),
    ),
    ExampleDeal: (
        Key("id", _("Deal")),
        Key("closed", _("Closed on")),
        Key("amount", _("Amount")),
        Key("type", _("Type"), usual=_("none"), fits=reads("type")),
        Key(
            "quantity", _("Quantity"), usual="1",
            fits=any_of(
                reads("quantity", "line_quantity"),
                any_component("measure", "quantity"),
            ),
        ),
        Key("product", _("Product"), fits=reads(*_PRODUCT, *(f"{LINE}{column}" for column in _PRODUCT))),
        Key("customer", _("Customer"), fits=reads("customer_name", "customer_sector", "customer_country")),
        Key("name", _("Name"), fits=reads("name", "line_name")),
        Key("opened", _("Opened on"), fits=reads("opened")),
        Key("currency", _("Currency"), fits=reads("currency")),
        Key("cost", _("Cost"), fits=reads("cost", "line_cost")),
        Key("tax", _("Tax"), fits=reads("tax")),
        Key("discount", _("Discount"), fits=reads("discount", "line_discount")),
        Key("term", _("Months"), fits=any_of(reads("term"), any_component("repeats"))),
        Key(
            "invoiced", _("Invoiced on"),
            fits=any_of(reads("invoiced"), any_credit("trigger", "invoiced"), _IN_PARTS, of_plan("clawback")),
        ),
        Key(
            "payments", _("Paid by the customer"), kind=Kind.PAIRS, usual=_("2026-01-31 500"),
            fits=any_of(any_credit("trigger", "paid", "paid_in_full"), _IN_PARTS, of_plan("clawback")),
        ),
        Key(
            "cancelled", _("Cancelled on"),
            fits=any_of(reads("cancelled"), of_plan("clawback"), any_component("repeats")),
        ),
        Key("custom", _("Fields of your own"), usual=_("region west"), fits=reads_own),
        Key("owner", _("Owner"), fits=lambda around: len(around) > 1 and "payees" in around[1]),
        Key(
            "splits", _("Shared"), usual=_("ana 60%, ben 40%"), kind=Kind.BY_NAME,
            fits=lambda around: len(around) > 1 and "payees" in around[1],
        ),
        Key("roles", _("Other roles"), usual=_("engineer cia 100%"), kind=Kind.BY_PATH, fits=pays_roles),
    ),
    ExampleProduct: (
        Key("name", _("Product"), fits=reads("product_name", "line_product_name")),
        Key("family", _("Product family"), fits=reads("product_family", "line_product_family")),
        Key("code", _("Product code"), fits=reads("product_code", "line_product_code")),
    ),
    ExampleCustomer: (
        Key("name", _("Customer"), fits=reads("customer_name")),
        Key("sector", _("Customer's sector"), fits=reads("customer_sector")),
        Key("country", _("Customer's country"), fits=reads("customer_country")),
    ),
}  # fmt: skip
