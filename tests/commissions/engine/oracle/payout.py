"""What has been paid by a day of what a deal earned, in fractions."""

import calendar
from datetime import date, timedelta
from fractions import Fraction

from commissions.engine.schema import PayoutPart
from tests.commissions.engine.oracle.curve import rounded
from tests.commissions.engine.oracle.facts import Deal, Facts
from tests.commissions.engine.oracle.limits import Line


def paid_by(
    facts: Facts, everything: list[Line], payee: str, plan: int, end: date, left: date | None
) -> tuple[int, int]:
    """(paid, still held back) of all that a payee earned on a plan before a day; `left`: the first day not on it."""
    earned = [
        line for line in everything if line.payee == payee and facts.plans[line.version] == plan and line.date < end
    ]
    paid = held = 0
    for group in {group_of(line) for line in earned}:
        lines = [line for line in earned if group_of(line) == group]
        now, later = of_deal(facts, lines, end, left)
        paid, held = paid + now, held + later
    return paid, held


def group_of(line: Line) -> tuple[object, ...]:
    """What is paid out together: all of a deal, or what a day brought without one."""
    return line.component, line.deal, line.role, None if line.deal else line.date


def of_deal(facts: Facts, lines: list[Line], end: date, left: date | None) -> tuple[int, int]:
    lines = sorted(lines, key=lambda line: line.date)
    deal = next((deal for deal in facts.deals if deal.key == lines[0].deal), None)
    waiting = [line for line in lines if facts.versions[line.version].component(line.component).payout]
    if not waiting:
        return sum(line.amount for line in lines), 0
    since = waiting[0].date.replace(day=1)  # what statements before that one earned they have paid
    before, lines = [x for x in lines if x.date < since], [x for x in lines if x.date >= since]
    if before:
        now, later_ = of_deal(facts, lines, end, left)
        return now + sum(line.amount for line in before), later_
    document = facts.versions[lines[0].version]
    said = document.on_leaving.held.value if document.on_leaving else "as_due"
    has_left = left is not None and left <= end
    forward = [line for line in lines if deal is None or line.credited * deal.amount >= 0]
    whole, net = sum(line.amount for line in forward), sum(line.amount for line in lines)
    if whole == 0:
        return net, 0
    until = left if said == "forfeit" and has_left and left is not None else end
    due = Fraction(0)
    for line in forward:
        payout = facts.versions[line.version].component(line.component).payout
        share = Fraction(1) if said == "pay" and has_left else share_due(facts, payout, line.date, deal, until)
        due += line.amount * share
    paid = rounded(due / whole * net, document)
    return paid, 0 if said == "forfeit" and has_left else net - paid


def share_due(
    facts: Facts, payout: tuple[PayoutPart, ...], earned_on: date, deal: Deal | None, until: date
) -> Fraction:
    if not payout:
        return Fraction(1)
    found = Fraction(0)
    for part in payout:
        found += Fraction(part.share) * how_far(facts, part, earned_on, deal, until)
    return found


def how_far(facts: Facts, part: PayoutPart, earned_on: date, deal: Deal | None, until: date) -> Fraction:
    if part.after is not None:
        number, unit = part.after.split()
        return Fraction(later(earned_on, int(number), unit) < until)
    if part.on_date is not None:
        return Fraction(part.on_date < until)
    if deal is None:
        return Fraction(1)  # nobody to wait for
    paid = sum(each.amount for each in facts.payments if each.deal == deal.key and each.date < until)
    ratio = Fraction(1) if deal.amount == 0 else Fraction(paid, deal.amount)
    ratio = max(Fraction(0), min(Fraction(1), ratio))
    match part.due.value if part.due else "":
        case "at_once":
            return Fraction(1)
        case "invoiced":
            return Fraction(deal.invoiced is not None and deal.invoiced < until)
        case "paid":
            return ratio
        case _:
            return Fraction(ratio >= 1)


def later(day: date, number: int, unit: str) -> date:
    if unit == "days":
        return day + timedelta(days=number)
    for _ in range(number):
        month = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        day = month.replace(day=min(day.day, calendar.monthrange(month.year, month.month)[1]))
    return day
