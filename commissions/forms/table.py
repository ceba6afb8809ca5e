"""The words of the plan's form: one entry for each key of the document, in the order in which the form asks."""

from collections.abc import Iterator, Mapping

from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from commissions.engine.schema import (
    Cap,
    Column,
    Component,
    Credit,
    Floor,
    Month,
    Multiply,
    Objective,
    PlanCap,
    PlanDocument,
    Pool,
    Spiff,
    Step,
    Times,
)
from commissions.forms.days_table import DAYS
from commissions.forms.events_table import EVENTS, PERIODS
from commissions.forms.example_table import EXAMPLES
from commissions.forms.keys import (
    Around,
    Key,
    all_of,
    any_component,
    any_deals,
    any_of,
    goes_by_text,
    has,
    has_blocks,
    has_key,
    has_no_table,
    is_counted,
    never,
    none_of,
    says,
)
from commissions.forms.kinds import Kind, Model, shapes
from commissions.forms.settling_table import SETTLING

_MONEY = has("measure", "amount", usual="amount")
_RATES = has("measure", "amount", "score", usual="amount")
_DEALS = has("measure", "amount", "quantity", "count", usual="amount")
_TARGET = has("pays", "target")
_BY_QUOTA = any_of(any_component("against", "quota"), any_component("pays", "target"))
_FLAT = has("tiers", "flat", usual="flat")
_OF_MONEY = has("measure", "amount", "score", usual="amount", up=1)
_OF_UNITS = has("measure", "quantity", "count", up=1)
_RATED = has("tiers", "marginal", "retroactive", usual="flat", up=1)
_IN_BLOCKS = all_of(_RATED, has_blocks(up=1))
_POOLABLE = all_of(
    _DEALS, none_of(_TARGET), none_of(has("window", "plan")),
    none_of(has_key("multiply", "repeats")), none_of(is_counted), none_of(says("cap", "excess", "carry")),
)  # fmt: skip
_AGAIN = all_of(_DEALS, none_of(has_key("pool")), none_of(is_counted), none_of(says("credit", "trigger", "paid")))


def _by_text(around: Around) -> bool:
    """Whether a column of a rate table lists texts."""
    return len(around) > 1 and goes_by_text(around[1].get("by"))


_MONTHS = {month.value: MONTHS[month.number] for month in Month}
_WINDOWS = {"deal": _("deal"), **PERIODS}
_ALL_WINDOWS = {**_WINDOWS, "plan": _("whole time on the plan")}

TABLE: Mapping[Model, tuple[Key, ...]] = {
    PlanDocument: (
        Key("format", "", fits=never, kind=Kind.NONE),
        Key(
            "plan", _("Name of the plan"), is_wide=True,
            help=_("Under the name of a plan that is here, this becomes its next version."),
        ),
        Key("currency", _("Currency"), help=_("Three letters, such as USD or IDR. Every amount here is in it.")),
        Key("period", _("A statement covers a"), choices=PERIODS),
        Key(
            "fiscal_year_starts", _("Its year starts in"), choices=_MONTHS, usual=MONTHS[1], is_rare=True,
            help=_("Quarters, half-years and years are parts of it. It can't change from version to version."),
        ),
        Key(
            "rounding", _("Half a cent is rounded"), is_rare=True,
            choices={"half_up": _("up, away from zero"), "half_even": _("to the even neighbour")},
        ),
        Key(
            "other_currencies", _("Deals in other currencies"), is_rare=True, is_wide=True, usual=_("don't count"),
            choices={"refuse": _("don't count"), "convert": _("are converted at the rate of their day")},
        ),
        Key("components", _("What it pays"), kind=Kind.CARDS, one=_("Component"), add=_("Add a component")),
        Key(
            "cap", _("Cap on everything"), add=_("Add a cap on everything"), starts={"per": "year", "amount": "100000"},
            help=_("The most that all components pay together."),
        ),
        Key(
            "quotas", _("Who joins, leaves or is new"), add=_("Say what of a quota counts for who joins or leaves"),
            starts={"prorate": "calendar_days"}, fits=_BY_QUOTA,
            help=_("Which part of a quota and of a target counts for somebody who isn't on the plan all the time."),
        ),
        Key(
            "leave", _("Leave"), add=_("Say what leave changes"), starts={"deals": "not_credited"}, fits=any_deals,
            help=_("Parental leave, illness, a sabbatical: as it is recorded on the page of each person."),
        ),
        Key(
            "draw", _("Draw"), add=_("Add a draw or a guarantee"), starts={"kind": "recoverable", "amount": "1000"},
            help=_("Pay in advance of earnings, at each statement."),
        ),
        Key(
            "below_zero", _("A statement below zero"), is_rare=True, usual=_("is owed at once"), is_wide=True,
            choices={"pay": _("is owed at once"), "carry": _("pays nothing; the rest is taken from later ones")},
        ),
        Key(
            "clawback", _("When a deal is cancelled"), add=_("Limit what a cancellation takes back"),
            starts={"within_days": "90"},
            help=_("Without it a cancellation takes back all that the deal earned, whenever it comes."),
        ),
        Key(
            "on_leaving", _("When somebody leaves"), add=_("Say what happens when somebody leaves"),
            starts={"held": "as_due"},
            help=_("What becomes of pay that is held back for her, and of what she owes."),
        ),
        Key("examples", _("Examples"), kind=Kind.CARDS, one=_("Example"), add=_("Add an example")),
    ),
    Component: (
        Key("name", _("Name"), help=_("What people read on their statement."), is_wide=True),
        Key(
            "measure", _("It counts"),
            choices={
                "amount": _("money"),
                "quantity": _("units sold"),
                "count": _("deals"),
                "score": _("a score from the manager"),
            },
        ),
        Key(
            "objectives", _("Objectives"), add=_("Add an objective"), fits=has("measure", "score"),
            help=_("What is scored apart; together they make 100 %. Without any there is one score."),
        ),
        Key("window", _("It adds up over a"), choices=_ALL_WINDOWS, help=_("Then it starts again at 0.")),
        Key(
            "against", _("Thresholds are"), fits=_DEALS,
            choices={"amount": _("amounts"), "quota": _("shares of the payee's quota")},
        ),
        Key(
            "tiers", _("It pays"), is_wide=True,
            choices={
                "flat": _("one rate for everything"),
                "marginal": _("each part at the rate of its own tier"),
                "retroactive": _("everything at the rate of the tier reached"),
                "stepped": _("the amount of the row reached"),
                "interpolated": _("along straight lines between points"),
            },
        ),
        Key(
            "pays", _("Rates and amounts are"), is_rare=True,
            choices={"money": _("shares of what counts, and money"), "target": _("shares of the target incentive")},
        ),
        Key("weight", _("Weight"), usual="100%", fits=_TARGET, help=_("Which share of the target incentive is here.")),
        Key("rate", _("Rate"), usual="5%", fits=all_of(_FLAT, _RATES, has_no_table())),
        Key(
            "pay_per_unit", _("Pays for each"), usual="25",
            fits=all_of(_FLAT, has("measure", "quantity", "count"), has_no_table()),
        ),
        Key(
            "pay_per_block", _("Pays for each started block"), is_rare=True, usual=_("a rate instead"),
            fits=all_of(_FLAT, _DEALS, has_no_table()),
            help=_("In place of a rate, which is left empty then: so much for each block that is begun."),
        ),
        Key(
            "block", _("Size of a block"), is_rare=True, usual=_("none"), fits=all_of(_FLAT, _DEALS, has_no_table()),
            help=_("Money, units, deals, or a share of a quota, as thresholds are."),
        ),
        Key("rates", "", fits=never, kind=Kind.NONE),  # stand in the columns, or in the tiers
        Key(
            "by", _("The rate goes by"), fits=never, is_wide=True, kind=Kind.LONG,
            help=_("A text or a number of the deal, such as product.family, deal.discount or deal.term."),
        ),
        Key(
            "columns", _("Columns of the rate table"), add=_("Add a rate table"), add_more=_("Add a column"),
            starts=[{"from": "0%"}, {"from": "10%"}],
            fits=all_of(_DEALS, has("tiers", "flat", "marginal", usual="flat"), none_of(has_blocks())),
            help=_(
                "Of a number, from where on a column holds; of a text, its values. A last one with a name alone takes "
                "the rest."
            ),
        ),
        Key(
            "curve", _("Tiers"), add=_("Add a tier"),
            fits=has("tiers", "marginal", "retroactive", "stepped", "interpolated"),
        ),
        Key(
            "starts_when", _("A tier begins when its threshold is"), is_rare=True, is_wide=True,
            fits=has("tiers", "marginal", "retroactive", "stepped"),
            choices={"reached": _("reached"), "exceeded": _("exceeded")},
        ),
        Key(
            "when", _("Only deals with"), kind=Kind.LONG, is_wide=True, usual=_("every deal counts"), fits=_DEALS,
            help=_("A condition, such as deal.type = \"new\" and deal.amount >= 1000."),
        ),
        Key(
            "base", _("Each counts with"), kind=Kind.LONG, is_rare=True, is_wide=True, usual="deal.amount", fits=_MONEY,
            help=_("Money of the deal, such as deal.amount * 50%."),
        ),
        Key(
            "multiply", _("Multiplier"), add=_("Multiply by a KPI"),
            fits=all_of(none_of(has_key("pool")), none_of(is_counted)),
            starts={"kpi": "csat", "curve": [{"from": "0%", "times": "80%"}, {"from": "80%", "times": "100%"}]},
            help=_("Pay times a number that a KPI decides, or how far another component's quota was reached."),
        ),
        Key("cap", _("Cap"), add=_("Add a cap"), starts={"per": "quarter", "amount": "10000"}),
        Key(
            "floor", _("Floor"), add=_("Add a floor"), starts={"per": "month", "amount": "500"},
            help=_("The least that it pays."),
        ),
        Key(
            "pool", _("Pool of the team"), add=_("Let the team earn it together"), starts={"share": "equal"},
            fits=_POOLABLE,
            help=_("What everybody in the team sells earns one sum, and its members share it."),
        ),
        Key(
            "spiff", _("SPIFF"), add=_("Limit it to some days, deals or a budget"),
            starts={"first": 10}, fits=all_of(_DEALS, none_of(has_key("repeats"))),
            help=_("For deals that close on these days; the first so many, until a budget for all is used up."),
        ),
        Key(
            "payout", _("When it is paid"), add=_("Pay a part of it later"),
            starts=[{"share": "50%", "due": "at_once"}, {"share": "50%", "due": "paid"}],
            help=_("In parts of what is earned: each upon what it waits for, after a while, or on a day."),
        ),
        Key(
            "repeats", _("Again and again"), add=_("Credit a deal again while its contract runs"),
            starts={"every": "month", "for": "12 months"}, fits=_AGAIN,
            help=_("On the same day of later months, until it ends or the deal is cancelled."),
        ),
        Key("credit", _("Who gets credit"), is_rare=True, fits=_DEALS),
        Key(
            "key", _("Key"), is_rare=True, is_wide=True,
            help=_("A short name, the same in every version: what adds up carries on by it. Examples speak of it."),
        ),
    ),
    Column: (
        Key("is", _("Values"), usual=_("the rest"), fits=_by_text),
        Key("from", _("From"), usual=_("the rest"), fits=lambda around: not _by_text(around)),
        Key("name", _("Called"), usual=_("by what it takes")),
    ),
    Credit: (
        Key(
            "trigger", _("A deal counts when it is"),
            choices={
                "booked": _("won, on its closing day"),
                "invoiced": _("invoiced"),
                "paid": _("paid for, each payment its part"),
                "paid_in_full": _("paid for in full"),
            },
        ),
        Key(
            "of", _("For"),
            choices={
                "own": _("whoever has the role"),
                "reports": _("whoever they report to"),
                "team": _("everybody in their team"),
            },
        ),
        Key("depth", _("Levels below that count"), usual=_("all"), fits=has("of", "reports")),
        Key(
            "roles", _("Roles that it pays"), usual="owner",
            help=_("With commas between them. Whoever owns a deal has the role owner."),
        ),
    ),
    Step: (
        Key("from", _("From")),
        Key("rate", _("Rate"), fits=all_of(_RATED, _OF_MONEY, has_no_table(up=1))),
        Key("rates", _("Rates"), fits=never),
        Key("pay_per_unit", _("Pays for each"), fits=all_of(_RATED, _OF_UNITS, has_no_table(up=1))),
        Key("pay_per_block", _("For a started block"), fits=_IN_BLOCKS, usual=_("a rate instead")),
        Key("block", _("Size of a block"), fits=_IN_BLOCKS, usual=_("none")),
        Key("pay", _("Pays in all"), fits=has("tiers", "stepped", "interpolated", up=1)),
        Key("bonus", _("Bonus, once"), usual=_("none"), fits=_RATED),
    ),
    Objective: (
        Key("name", _("Objective")),
        Key("weight", _("Weight")),
        Key("key", _("Key"), help=_("A short name, the same in every version.")),
    ),
    Cap: (
        Key("amount", _("At most")),
        Key("per", _("Per"), choices=_WINDOWS),
        Key(
            "excess", _("What goes beyond"), is_rare=True,
            choices={"drop": _("is not paid"), "carry": _("is paid later")},
        ),
    ),
    Floor: (
        Key("amount", _("At least")),
        Key("per", _("Per"), choices=_WINDOWS),
    ),
    Pool: (
        Key(
            "share", _("It is shared"), is_wide=True,
            choices={"equal": _("equally"), "contribution": _("by what each member contributed")},
        ),
    ),
    Spiff: (
        Key("from", _("From")),
        Key("until", _("Until before")),
        Key("first", _("Only the first deals"), usual=_("all")),
        Key(
            "per", _("Whose deals count"), fits=lambda around: "first" in around[0],
            choices={"plan": _("those of everybody on the plan"), "payee": _("each payee's own")},
        ),
        Key("budget", _("Budget for all together"), usual=_("no limit")),
    ),
    PlanCap: (
        Key("amount", _("At most")),
        Key("per", _("Per"), choices=_WINDOWS),
    ),
    **DAYS,
    **EVENTS,
    Multiply: (
        Key("kpi", _("KPI"), help=_("By its key."), fits=lambda around: "component" not in around[0]),
        Key("component", _("Or a component"), usual=_("by its key"), fits=lambda around: "kpi" not in around[0]),
        Key("curve", _("Factors"), add=_("Add a factor")),
    ),
    Times: (
        Key("from", _("From")),
        Key("times", _("Times")),
    ),
    **SETTLING,
    **EXAMPLES,
}  # fmt: skip


def keys_of(model: Model) -> Iterator[Key]:
    """The keys of a part in the order of its form; those without an entry last, by the names that the document has."""
    entries = TABLE.get(model, ())
    yield from entries
    known = {entry.name for entry in entries}
    for name in shapes(model):
        if name not in known:
            yield Key(name, name.replace("_", " ").capitalize(), is_rare=True, starts={})
