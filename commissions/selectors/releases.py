"""Pay that waits, in words: what a statement holds back and releases, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.engine.schema import Due, Held, OnLeaving, Owed, PayoutPart
from commissions.models import Release, Statement
from commissions.selectors.documents import document_of
from core.templatetags import formats
from core.templatetags.juara import locale

_WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """What a statement moved of what was earned with one deal. Minor units."""

    deal_pk: int | None
    deal: str  # its name; empty for pay of no deal
    component: str  # its name
    earned_on: date  # in the statement of this day
    earned_minor: int  # by this statement
    paid_minor: int  # by this statement, of its own lines or of earlier ones
    held_after_minor: int
    has_lapsed: bool  # taken back before any of it was paid
    why: str  # which part is due upon what, and how far


def release_rows(statement: Statement) -> tuple[ReleaseRow, ...]:
    """What was released of earlier statements first, then what this one holds back. One query."""
    rows = statement.releases.select_related("deal", "plan_version").defer("plan_version__source")
    return tuple(_row(row) for row in rows.order_by("earned_on", "component", "pk"))


def _row(row: Release) -> ReleaseRow:
    component = document_of(row.plan_version).component(row.component)
    states = [Fraction(state) for state in row.states.split()]
    paid = row.earned_minor - row.held_minor + row.released_minor
    lapsed = not paid and not row.held_after_minor
    return ReleaseRow(
        deal_pk=row.deal_id,
        deal=str(row.deal) if row.deal else "",
        component=component.name,
        earned_on=row.earned_on,
        earned_minor=row.earned_minor,
        paid_minor=paid,
        held_after_minor=row.held_after_minor,
        has_lapsed=lapsed,
        why=_lapsed() if lapsed else "; ".join(payout_words(component.payout, states)),
    )


def _lapsed() -> str:
    return _("Taken back before it was paid: nothing of it waits any more.")


def payout_words(parts: Sequence[PayoutPart], states: Sequence[Fraction] = ()) -> Iterator[str]:
    """Each part and upon what it is due; with its state, where there is one."""
    known = states if len(states) == len(parts) else [None] * len(parts)
    for part, state in zip(parts, known, strict=True):
        words = _when(part, formats.percent(part.share, locale(), places=7))
        yield words if state is None or part.due is Due.AT_ONCE else f"{words} ({_reached(part, state)})"


def _when(part: PayoutPart, share: str) -> str:
    if part.after is not None:
        return _after(part.after, share)
    if part.on_date is not None:
        return _("%(share)s on %(day)s") % {"share": share, "day": formats.day(part.on_date, locale())}
    words = {
        Due.AT_ONCE: _("%(share)s at once"),
        Due.INVOICED: _("%(share)s once the deal is invoiced"),
        Due.PAID: _("%(share)s as the customer pays"),
        Due.PAID_IN_FULL: _("%(share)s once the customer has paid everything"),
    }
    return words[part.due or Due.AT_ONCE] % {"share": share}


def _after(span: str, share: str) -> str:
    count, unit = span.split()
    number = int(count)
    if unit == "days":
        text = ngettext("%(share)s %(n)s day after the credit", "%(share)s %(n)s days after the credit", number)
    else:
        text = ngettext("%(share)s %(n)s month after the credit", "%(share)s %(n)s months after the credit", number)
    return text % {"share": share, "n": number}


def _reached(part: PayoutPart, state: Fraction) -> str:
    if part.due is Due.PAID and 0 < state < 1:
        return _("%(share)s is paid") % {"share": formats.percent(state, locale())}
    if state < _WHOLE:
        return _("not yet")
    return _("all is paid") if part.due in (Due.PAID, Due.PAID_IN_FULL) else _("due")


def on_leaving_words(said: OnLeaving) -> Iterator[str]:
    """What becomes of balances when somebody leaves the plan."""
    held = {
        Held.PAY: _("Who leaves the plan is paid what is held back with her last statement."),
        Held.FORFEIT: _("What isn't due yet when somebody leaves the plan is never paid."),
    }
    owed = {
        Owed.DEDUCT: _("The last statement before somebody leaves takes all that it can of what she owes."),
        Owed.FORGIVE: _("What somebody owes when she leaves the plan is forgiven."),
    }
    yield from (text for text in (held.get(said.held), owed.get(said.owed)) if text)
