"""Which lines of a deal count for a line of a statement, in a sentence and a small table."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.selectors.explanations import LineExplanation
from core.templatetags import formats
from core.templatetags.juara import locale


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of a deal, as a table shows it."""

    name: str
    family: str
    quantity: str
    amount: str
    counts: bool
    verdict: str


def items_text(why: LineExplanation) -> str:
    """How many of the deal's lines count; empty where the component doesn't look at them, or the deal has none."""
    if why.items is None:
        return ""
    if not why.items.rows:
        return _(
            "The deal's lines have changed since this was computed, so which of them counted then can't be shown here."
        )
    counted, every = why.items.counted, len(why.items.rows)
    words = {"counted": counted, "all": every, "when": why.when or ""}
    if counted == every:
        return ngettext("The deal has one line, which counts.", "All %(all)s lines of the deal count.", every) % words
    text = ngettext(
        "Of the deal's %(all)s lines, %(counted)s counts: the one with %(when)s.",
        "Of the deal's %(all)s lines, %(counted)s count: those with %(when)s.",
        counted,
    )
    return text % words


def item_rows(why: LineExplanation) -> tuple[ItemRow, ...]:
    """Each line of the deal, and whether it counts or why not."""
    return tuple(
        ItemRow(
            name=row.name or _("Without a name"),
            family=row.family,
            quantity=formats.number(row.quantity, locale()),
            amount=formats.written_money(row.amount_minor, why.currency, locale()).text,
            counts=row.counts,
            verdict=_("counts") if row.counts else _("doesn't meet the condition"),
        )
        for row in (why.items.rows if why.items else ())
    )
