"""What each key of a plan says when it changes: one entry for each, in the order in which they are told.

Whoever reads it never saw the document: a sentence says what now happens, not which key has which value.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import reduce
from typing import Any

from commissions.engine.diff_entries import Choice, Entry, Limit, Part, Shown
from commissions.engine.diff_events import CLAWBACK, REPEATS, days_words
from commissions.engine.diff_leave import LEAVE
from commissions.engine.words import Amount, Figure, Share, Told, canonical, told


def listed(figures: Iterable[Figure]) -> Figure:
    """With commas between them.

    >>> str(listed(["a", "b", "c"]))
    'a, b, c'
    """
    return reduce(lambda one, other: told("%(one)s, %(other)s", one=one, other=other), figures)


def _share(value: str, _currency: str) -> Figure:
    return Share(Decimal(value))


def _shares(values: list[str], _currency: str) -> Figure:
    return listed(Share(Decimal(value)) for value in values)


def _amount(value: str, currency: str) -> Figure:
    return Amount(Decimal(value), currency)


def _text(value: str, _currency: str) -> Figure:
    return value


def _count(value: int, _currency: str) -> Figure:
    return value


def _next(value: int, _currency: str) -> Figure:
    """0 is the first statement after."""
    return value + 1


def _texts(values: list[str], _currency: str) -> Figure:
    return listed(values)


_UPON = {
    "at_once": told("%(share)s at once"),
    "invoiced": told("%(share)s when the deal is invoiced"),
    "paid": told("%(share)s as the customer pays"),
    "paid_in_full": told("%(share)s once the customer has paid everything"),
}


def _parts(values: list[dict[str, Any]], _currency: str) -> Figure:
    return listed(_part(value).filled(share=Share(Decimal(value["share"]))) for value in values)


def _part(value: dict[str, Any]) -> Told:
    if "due" in value:
        return _UPON[value["due"]]
    if "on_date" in value:
        return told("%(share)s on %(day)s", day=value["on_date"])
    number, unit = value["after"].split()
    if unit == "days":
        return told("%(share)s after %(span)s", span=days_words(int(number), ""))
    months = told("one month") if number == "1" else told("%(number)s months", number=int(number))
    return told("%(share)s after %(span)s", span=months)


def _factor(value: dict[str, Any], _currency: str) -> Figure:
    starts = [Decimal(row["from"]) for row in value["curve"]]
    are_shares = "component" in value or _are_shares(starts)
    rows = listed(
        told(
            "%(times)s from %(start)s on",
            times=Share(Decimal(row["times"])),
            start=Share(start) if are_shares else canonical(start),
        )
        for row, start in zip(value["curve"], starts, strict=True)
    )
    if "component" in value:
        return told("what “%(key)s” reached of its quota (%(rows)s)", key=value["component"], rows=rows)
    return told("what the KPI “%(key)s” came to (%(rows)s)", key=value["kpi"], rows=rows)


def _are_shares(starts: list[Decimal]) -> bool:
    """A document doesn't say whether a KPI is a share; thresholds such as 0.8 and 1 are, 4.5 and 30 aren't."""
    return max(starts) <= 1 or (max(starts) <= 2 and any(start % 1 for start in starts))


_MONTHS = {
    "january": told("January"),
    "february": told("February"),
    "march": told("March"),
    "april": told("April"),
    "may": told("May"),
    "june": told("June"),
    "july": told("July"),
    "august": told("August"),
    "september": told("September"),
    "october": told("October"),
    "november": told("November"),
    "december": told("December"),
}


def _month(value: str, _currency: str) -> Figure:
    return _MONTHS[value]


OF_PLANS: Mapping[str, Entry] = {
    "fiscal_year_starts": Shown(
        _month,
        comes=told("Its years start in %(new)s."),
        changed=told("Its years, and their quarters, start in %(new)s, not in %(old)s."),
        absent="january",
    ),
    "other_currencies": Choice(
        {
            "refuse": told("Deals in other currencies no longer count."),
            "convert": told("The plan now converts deals in other currencies, at the rate of the day they closed."),
        },
        absent="refuse",
    ),
    "cap": Limit(
        comes=told("A cap on everything together is new: at most %(amount)s %(per)s."),
        goes=told("The cap on everything together, %(amount)s %(per)s, is gone."),
        rises=told("The cap on everything together rises from %(old)s to %(new)s."),
        falls=told("The cap on everything together falls from %(old)s to %(new)s."),
        holds=told("The cap on everything together holds %(new)s, not %(old)s."),
    ),
    "quotas": Part(
        {
            "prorate": Choice(
                {
                    "none": told("For who joins or leaves within a period, quotas and targets now count in full."),
                    "calendar_days": told(
                        "For who joins or leaves within a period, quotas and targets now count by calendar days."
                    ),
                    "working_days": told(
                        "For who joins or leaves within a period, quotas and targets now count by working days, "
                        "Mondays to Fridays."
                    ),
                    "30_360": told(
                        "For who joins or leaves within a period, quotas and targets now count by days, each month as "
                        "thirty."
                    ),
                },
                absent="none",
            ),
            "ramp": Shown(
                _shares,
                comes=told("In the first months on the plan only a part of the quota now counts, by month: %(new)s."),
                changed=told("In the first months on the plan these parts of the quota count: %(new)s, not %(old)s."),
                goes=told("The quota now counts in full from the first month on the plan."),
            ),
        }
    ),
    "leave": LEAVE,
    "draw": Part(
        {
            "amount": Shown(
                _amount,
                comes=told("A draw is new: pay in advance of what is earned, %(new)s with each statement."),
                changed=told("The draw is %(new)s with each statement, not %(old)s."),
            ),
            "pays": Choice(
                {
                    "top_up": told("The draw pays only what earnings are short of it."),
                    "in_addition": told("The draw is paid in full, beside what was earned."),
                }
            ),
            "kind": Choice(
                {
                    "recoverable": told("What the draw advances is owed, and taken back from later earnings."),
                    "non_recoverable": told("What the draw advances is given: nothing of it is owed."),
                }
            ),
            "periods": Shown(
                _count,
                comes=told("The draw now ends after statement %(new)s of a payee."),
                changed=told("The draw ends after statement %(new)s of a payee, not after statement %(old)s."),
                goes=told("The draw no longer ends: every statement has it."),
            ),
            "recover_at_most": Shown(
                _share,
                comes=told("At most %(new)s of what a later statement earns is taken to recover what is owed."),
                changed=told(
                    "At most %(new)s of what a later statement earns is taken to recover what is owed, not %(old)s."
                ),
                absent="1",
            ),
            "most_owed": Shown(
                _amount,
                comes=told("A payee can now owe at most %(new)s: what goes beyond isn't advanced."),
                changed=told("A payee can owe at most %(new)s, not %(old)s: what goes beyond isn't advanced."),
                goes=told("There is no longer a limit to what a payee can owe; it was %(old)s."),
            ),
            "forgive_after": Shown(
                _next,
                comes=told("What is still owed is now forgiven with statement %(new)s after the draw's end."),
                changed=told(
                    "What is still owed is forgiven with statement %(new)s after the draw's end, not %(old)s."
                ),
                goes=told("What is still owed after the draw ends is no longer forgiven."),
            ),
        },
        goes=told("The draw is gone: nothing is paid in advance of what is earned."),
    ),
    "below_zero": Choice(
        {
            "pay": told("What a statement is below zero is now owed at once."),
            "carry": told("A statement below zero now pays nothing, and the rest is taken from later statements."),
        },
        absent="pay",
    ),
    "clawback": CLAWBACK,
    "on_leaving": Part(
        {
            "held": Choice(
                {
                    "as_due": told("Pay that is held back for somebody who leaves is now paid when it falls due."),
                    "pay": told("Pay that is held back for somebody who leaves is now paid with the last statement."),
                    "forfeit": told("Pay that isn't due yet when somebody leaves is now never paid."),
                },
                absent="as_due",
            ),
            "owed": Choice(
                {
                    "keep": told("What somebody owes who leaves now stays owed."),
                    "deduct": told("What somebody owes who leaves is now taken from the last statement."),
                    "forgive": told("What somebody owes who leaves is now forgiven."),
                },
                absent="keep",
            ),
        }
    ),
}
OF_CREDIT: Mapping[str, Entry] = {
    "trigger": Choice(
        {
            "booked": told("A deal now counts when it is won, on its closing day."),
            "invoiced": told("A deal now counts when it is invoiced."),
            "paid": told("A deal now counts as the customer pays, each payment for its part."),
            "paid_in_full": told("A deal now counts once the customer has paid everything."),
        },
        absent="booked",
    ),
    "roles": Shown(
        _texts,
        comes=told("It now pays who has one of these roles in a deal: %(new)s."),
        changed=told("It now pays who has one of these roles in a deal: %(new)s. Before: %(old)s."),
        absent=["owner"],
    ),
}


def _objectives(values: list[dict[str, Any]], _currency: str) -> Figure:
    return listed(
        told("%(name)s %(weight)s", name=value["name"], weight=Share(Decimal(value["weight"]))) for value in values
    )


BEFORE_CURVE: Mapping[str, Entry] = {
    "repeats": REPEATS,
    "measure": Choice(
        {
            "amount": told("It now counts money."),
            "quantity": told("It now counts how many units were sold."),
            "count": told("It now counts deals: each is one, whatever its amount."),
            "score": told("It now counts a score that the manager gives, and no deals."),
        },
        absent="amount",
    ),
    "objectives": Shown(
        _objectives,
        comes=told("The score is now made of these objectives: %(new)s."),
        changed=told("The score is made of these objectives: %(new)s. Before: %(old)s."),
        goes=told("The score is now one, no longer made of these objectives: %(old)s."),
    ),
    "weight": Shown(
        _share,
        comes=told("Its share of the target incentive is now %(new)s."),
        changed=told("Its share of the target incentive is %(new)s, not %(old)s."),
        goes=told("It no longer has a share of the plan's target incentive; it was %(old)s."),
    ),
}
PER_UNIT: Mapping[str, Entry] = {
    "pay_per_unit": Shown(
        _amount,
        comes=told("Each unit or deal now earns the same: %(new)s."),
        changed=told("Each unit or deal earns %(new)s, not %(old)s."),
        goes=told("Units or deals no longer earn %(old)s each."),
    ),
}
AFTER_CURVE: Mapping[str, Entry] = {
    "multiply": Shown(
        _factor,
        comes=told("Pay is now multiplied by a factor that goes by %(new)s."),
        changed=told("The factor that multiplies pay now goes by %(new)s. Before, it went by %(old)s."),
        goes=told("Pay is no longer multiplied by a factor; it went by %(old)s."),
    ),
    "floor": Limit(
        comes=told("A floor is new: it pays at least %(amount)s %(per)s, once something counts."),
        goes=told("The floor of %(amount)s %(per)s is gone."),
        rises=told("The floor rises from %(old)s to %(new)s."),
        falls=told("The floor falls from %(old)s to %(new)s."),
        holds=told("The floor holds %(new)s, not %(old)s."),
    ),
    "cap": Limit(
        comes=told("A cap is new: at most %(amount)s %(per)s."),
        goes=told("The cap of %(amount)s %(per)s is gone."),
        rises=told("The cap rises from %(old)s to %(new)s."),
        falls=told("The cap falls from %(old)s to %(new)s."),
        holds=told("The cap holds %(new)s, not %(old)s."),
        keys={
            "excess": Choice(
                {
                    "drop": told("What goes beyond the cap is now never paid."),
                    "carry": told("What goes beyond the cap is now paid later in the year, where there is room."),
                },
                absent="drop",
            )
        },
    ),
    "pool": Part(
        {
            "share": Choice(
                {
                    "equal": told("The team now earns it together, and its members share it equally."),
                    "contribution": told("The team now earns it together, and each member gets what she contributed."),
                }
            )
        },
        goes=told("The team no longer earns it together: each member is paid for all that the team sells."),
    ),
    "spiff": Part(
        {
            "from": Shown(
                _text,
                comes=told("It now counts only deals that close on %(new)s or later."),
                changed=told("It counts deals that close on %(new)s or later; before, from %(old)s on."),
                goes=told("It no longer has a first day on which deals must close; it was %(old)s."),
            ),
            "until": Shown(
                _text,
                comes=told("It now counts only deals that close before %(new)s."),
                changed=told("It counts deals that close before %(new)s, not before %(old)s."),
                goes=told("It no longer ends; deals had to close before %(old)s."),
            ),
            "first": Shown(
                _count,
                comes=told("Only the first so many deals are now paid: %(new)s."),
                changed=told("Only the first %(new)s deals are paid, not the first %(old)s."),
                goes=told("It no longer pays only the first %(old)s deals."),
            ),
            "per": Choice(
                {
                    "plan": told("Towards the first so many deals those of everybody on the plan count together."),
                    "payee": told("Towards the first so many deals now each payee's own count."),
                },
                absent="plan",
            ),
            "budget": Shown(
                _amount,
                comes=told("A budget is new: everybody on the plan together gets at most %(new)s of it."),
                changed=told("The budget for everybody on the plan together is %(new)s, not %(old)s."),
                goes=told("The budget of %(old)s for everybody on the plan together is gone."),
            ),
        }
    ),
    "payout": Shown(
        _parts,
        comes=told("What it earns is now paid in parts: %(new)s."),
        changed=told("What it earns is now paid in these parts: %(new)s. Before: %(old)s."),
        goes=told("What it earns is now paid all at once. Before: %(old)s."),
    ),
}
