"""How much of what a line earned is paid with its statement, and how much waits, and for what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from commissions.engine.schema import Component, Due, PayoutPart
from commissions.models import EarningLine, Release
from commissions.selectors.releases import payout_words
from core.templatetags import formats
from core.templatetags.juara import locale


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of the line's deal, or of the lines of its day where there is no deal. Minor units."""

    parts: tuple[str, ...]  # upon what each part of the pay is due, in words
    until: str  # what the held part waits for, in words
    earned_minor: int | None  # by the line's statement; None where no statement has paid it, as of an estimate
    held_minor: int  # what of that its statement holds back; the rest it pays
    held_now_minor: int | None  # by the latest statement that moved something of it; None where that is the line's own


def waiting(line: EarningLine, component: Component) -> Waiting | None:
    """None where the component pays everything at once. One query where it doesn't."""
    if not component.payout:
        return None
    rows = _rows(line) if line.pk else []
    own = next((row for row in rows if row.statement_id == line.statement_id), None)
    states = [Fraction(state) for state in own.states.split()] if own else []
    return Waiting(
        parts=tuple(payout_words(component.payout)),
        until=_until(component.payout, states),
        earned_minor=own.earned_minor if own else None,
        held_minor=own.held_minor if own else 0,
        held_now_minor=rows[-1].held_after_minor if own and rows[-1] is not own else None,
    )


def _rows(line: EarningLine) -> list[Release]:
    """Of the line's statement and of those after it, in their order."""
    statement = line.statement
    found = Release.objects.filter(
        statement__payee=statement.payee_id,
        statement__period__kind=statement.period.kind,
        statement__period__end__gte=statement.period.end,
        plan_version__plan=line.plan_version.plan_id,
        component=line.component,
        deal=line.deal_id,
        role=line.role,
    )
    found = found if line.deal_id else found.filter(earned_on=line.date)
    return list(found.order_by("statement__period__end", "pk"))


def _until(parts: Sequence[PayoutPart], states: Sequence[Fraction]) -> str:
    known = states if len(states) == len(parts) else [Fraction(0)] * len(parts)
    open_parts = {part.due for part, state in zip(parts, known, strict=True) if state < 1}
    words = {
        Due.INVOICED: _("until the deal is invoiced"),
        Due.PAID: _("until the customer pays"),
        Due.PAID_IN_FULL: _("until the customer has paid everything"),
    }
    only = next(iter(open_parts)) if len(open_parts) == 1 else None
    return words[only] if only in words else _("until it is due")


def waiting_texts(found: Waiting, currency: str) -> Iterator[str]:
    """When the line's pay is paid, and how much of it."""
    yield _("Paid in parts: %(parts)s.") % {"parts": "; ".join(found.parts)}
    if found.earned_minor is None:
        return
    paid = found.earned_minor - found.held_minor
    words = {"until": found.until, "paid": _money(abs(paid), currency), "held": _money(abs(found.held_minor), currency)}
    if not found.earned_minor and not paid and not found.held_minor:
        yield _("It was taken back in the same statement: nothing is paid, and nothing waits.")
    elif found.earned_minor >= 0 and paid >= 0 and found.held_minor >= 0:
        yield (
            _("Paid with this statement: %(paid)s.") % words
            if paid
            else _("Nothing of it is paid with this statement.")
        )
        if found.held_minor:
            yield _("Held back %(until)s: %(held)s.") % words
    else:
        yield from _taken_back(paid, found.held_minor, words)
    if found.held_now_minor is not None:
        yield _now(found.held_now_minor, currency)


def _taken_back(paid: int, held: int, words: dict[str, str]) -> Iterator[str]:
    if paid:
        text = _("Taken back with this statement: %(paid)s.") if paid < 0 else _("Paid with this statement: %(paid)s.")
        yield text % words
    if held < 0:
        yield _("Taken out of what is held back: %(held)s.") % words
    elif held:
        yield _("Held back %(until)s: %(held)s.") % words


def _now(minor: int, currency: str) -> str:
    if not minor:
        return _("Later statements settled the rest: nothing is held back any more.")
    return _("After later statements, still held back: %(held)s.") % {"held": _money(minor, currency)}


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
