"""What gave a line its credit, in sentences: the event, the part of the deal, the currency it came in."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commissions.engine.events import Event
from commissions.engine.frames import RATE_SCALE
from commissions.engine.schema import Trigger
from commissions.selectors.crediting import Converted, Crediting
from commissions.selectors.explanations import LineExplanation
from commissions.selectors.handed_words import then_text
from core.templatetags import formats
from core.templatetags.juara import locale

_FACTS = {
    "amount": gettext_lazy("Amount"),
    "cost": gettext_lazy("Cost"),
    "tax": gettext_lazy("Tax"),
}
# Where the deal's facts no longer lead to the line, or nothing but the event is to be told.
_EVENTS = {
    Event.INVOICED: gettext_lazy("Invoiced on %(day)s."),
    Event.PAID: gettext_lazy("Paid on %(day)s."),
    Event.REPEATED: gettext_lazy("Credited again on %(day)s: its contract runs on."),
    Event.UNPAID: gettext_lazy("Not paid in full by %(day)s: what had been credited is taken back."),
    Event.CANCELLED: gettext_lazy("Cancelled on %(day)s: what had been credited is taken back."),
}


def crediting_texts(why: LineExplanation) -> tuple[str, ...]:
    """Empty where a deal in the plan's currency gave its credit when it closed, or there is no deal."""
    return tuple(_texts(why))


def _texts(why: LineExplanation) -> Iterator[str]:
    if why.then:
        yield then_text(why.then)
    found = why.crediting
    if found is None:
        yield from _without_parts(why)
        return
    yield from (_converted(each, why) for each in found.converted)
    if why.event != Event.BOOKED:
        yield _event(found, why)
        yield from _arithmetic(found, why)


def _without_parts(why: LineExplanation) -> Iterator[str]:
    if why.pk is None:  # a supposed deal: the estimator says what it supposes
        return
    if why.event in _EVENTS:
        yield str(_EVENTS[why.event]) % _days(why)
    elif why.exchange_rate_e12 is None:
        return
    if why.exchange_rate_e12 is not None:
        text = _("The rate was %(rate)s (rate of %(closed)s, the day it closed).")
        yield text % (_days(why) | {"rate": _rate(why)})
    yield _("The deal has changed since this line was computed, so how much of it counted then can't be shown here.")


def _converted(each: Converted, why: LineExplanation) -> str:
    words = _days(why) | {
        "fact": _FACTS[each.fact],
        "given": _money(each.minor, why.deal_currency),
        "rate": _rate(why),
        "converted": _money(each.converted_minor, why.currency),
    }
    return _("%(fact)s: %(given)s × %(rate)s (rate of %(closed)s, the day it closed) = %(converted)s.") % words  # noqa: RUF001


def _event(found: Crediting, why: LineExplanation) -> str:
    words = _days(why)
    if found.is_left:
        return _left(found, why)
    if why.event in (Event.REPEATED, Event.UNPAID):
        return _repeated(found, why) if why.event == Event.REPEATED else _unpaid(found, why)
    if why.event == Event.CANCELLED and found.after > found.bottom and why.closed:
        words |= {"kept": str((why.date - why.closed).days), "within": str(found.within)}
        text = _(
            "Cancelled on %(day)s: it was kept for %(kept)s of the %(within)s days in which a cancellation takes back, "
            "so that part stays credited and the rest is taken back."
        )
        return text % words
    if why.event == Event.CANCELLED:
        return _("Cancelled on %(day)s: what had been credited is taken back.") % words
    if why.event == Event.INVOICED:
        if why.date == why.closed:
            return _("Invoiced by %(day)s, the day it closed: all of the deal counts.") % words
        return _("Invoiced on %(day)s: all of the deal counts.") % words
    return _of_payment(found, why)


def _of_payment(found: Crediting, why: LineExplanation) -> str:
    words = _days(why)
    if found.trigger in (Trigger.BOOKED, Trigger.INVOICED):
        return _("Paid in full on %(day)s after all: what had been taken back is credited again.") % words
    if found.trigger is Trigger.PAID_IN_FULL:
        if found.after:
            return _("Paid in full on %(day)s: all of the deal counts.") % words
        return _("Since %(day)s no longer paid in full: what had been credited is taken back.") % words
    return _paid(found, why)


def _left(found: Crediting, why: LineExplanation) -> str:
    """The event alone: what was paid says what is taken back, and nothing is credited or taken from what was."""
    texts = {
        Event.UNPAID: _("Not paid in full by %(day)s, after %(days)s days."),
        Event.PAID: _("Paid in full on %(day)s after all."),
        Event.CANCELLED: _("Cancelled on %(day)s."),
    }
    return texts[why.event] % (_days(why) | {"days": found.unpaid_after})


def _repeated(found: Crediting, why: LineExplanation) -> str:
    words = _days(why) | {"time": found.after}
    return _("Credited again on %(day)s, credit number %(time)s of this deal: its contract runs on.") % words


def _unpaid(found: Crediting, why: LineExplanation) -> str:
    words = _days(why) | {"days": found.unpaid_after}
    if found.is_from_invoice:
        text = _("Not paid in full by %(day)s, %(days)s days after the invoice: what had been credited is taken back.")
    else:
        text = _("Not paid in full by %(day)s, %(days)s days after closing: what had been credited is taken back.")
    return text % words


def _paid(found: Crediting, why: LineExplanation) -> str:
    if found.whole == 1 and not why.deal_amount_minor:
        return _("The deal costs nothing, so all of it counts on %(day)s, the day it closed.") % _days(why)
    if found.after < found.before and found.bottom:
        return _("Paid back on %(day)s: of what had been credited, what came last is taken back.") % _days(why)
    words = _days(why) | {
        "received": _money(found.after, why.deal_currency),
        "due": _money(found.whole, why.deal_currency),
        "part": formats.percent(Fraction(found.after, found.whole), locale(), places=4),
    }
    if found.after < found.before:
        text = _("Paid back on %(day)s: %(received)s of %(due)s is left, so %(part)s of the deal counts.")
    elif why.date == why.closed:
        text = _(
            "Paid by %(day)s, the day it closed: %(received)s of %(due)s received so far, so %(part)s of the deal "
            "counts."
        )
    else:
        text = _("Paid on %(day)s: %(received)s of %(due)s received so far, so %(part)s of the deal counts.")
    return text % words


def _arithmetic(found: Crediting, why: LineExplanation) -> Iterator[str]:
    """The credited figure for a pocket calculator, where it is a part of the deal."""
    if found.whole == 1 or found.is_left:
        return
    before = _part_of(found, why, found.before, found.credited_before)
    after = _part_of(found, why, found.after, found.credited_after)
    yield _("Credited before: %(sum)s.") % {"sum": before} if found.before else _("Credited before: nothing.")
    yield _("Credited now: %(sum)s.") % {"sum": after} if found.after else _("Credited now: nothing.")
    if found.before and found.after:
        yield _("This line has the difference: %(after)s − %(before)s = %(credited)s.") % {
            "after": why.unit.text(found.credited_after),
            "before": why.unit.text(found.credited_before),
            "credited": why.unit.text(why.credited_minor),
        }


def _part_of(found: Crediting, why: LineExplanation, part: int, credited: int) -> str:
    """The part of what counts of a deal, as a product; said to be rounded only where it is."""
    in_money = found.trigger is Trigger.PAID and why.deal_amount_minor
    shown = [_money(each, why.deal_currency) if in_money else str(each) for each in (part, found.whole)]
    product = f"{why.unit.text(found.all)} × {shown[0]} ÷ {shown[1]} = {why.unit.text(credited)}"  # noqa: RUF001
    return product if found.all * part == credited * found.whole else _("%(sum)s, rounded") % {"sum": product}


def _days(why: LineExplanation) -> dict[str, str]:
    closed = formats.day(why.closed, locale()) if why.closed else ""
    return {"day": formats.day(why.date, locale()), "closed": closed}


def _rate(why: LineExplanation) -> str:
    return formats.number(Decimal(why.exchange_rate_e12 or 0) / RATE_SCALE, locale(), places=12)


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
