"""What a deal had been paid before a line took it back, and what became of it, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from commissions.engine.events import Event
from commissions.engine.schema import Attainment, ClawbackMode, PlanDocument
from commissions.models import EarningLine
from core.templatetags import formats
from core.templatetags.juara import locale

TAKING = (Event.UNPAID, Event.CANCELLED)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Minor units of the plan's currency."""

    paid_minor: int  # for the deal, by this component, before the line
    moved_minor: int  # by the line: below zero where it takes back
    uncapped_minor: int  # what the way down the curve would have moved
    is_left: bool  # the deal counts on: x is where it was


def taken_back(line: EarningLine, document: PlanDocument) -> TakenBack | None:
    """Where what was paid decides, and not the curve alone. One query then."""
    clawback = document.clawback
    left = is_left(line)
    limits = clawback is not None and clawback.mode is ClawbackMode.PAID and line.event in TAKING
    if line.deal_id is None or not (left or limits):
        return None
    same = EarningLine.objects.filter(
        statement__payee=line.statement.payee_id, plan_version__plan=line.plan_version.plan_id,
        component=line.component, deal=line.deal_id, role=line.role, via=line.via_id,
    )  # fmt: skip
    earlier = Q(date__lt=line.date) | Q(statement=line.statement_id, date=line.date, seq__lt=line.seq)
    paid = same.filter(earlier).aggregate(paid=Sum("amount_minor"))["paid"] or 0
    return TakenBack(int(paid), line.amount_minor, line.uncapped_minor, left)


def is_left(line: EarningLine) -> bool:
    """Whether the line moves pay without a step on the curve, so that the deal counts on."""
    return line.deal_id is not None and not line.credited_minor and bool(line.uncapped_minor)


def leaves(document: PlanDocument) -> bool:
    return document.clawback is not None and document.clawback.attainment is Attainment.LEAVE


def taken_texts(found: TakenBack, currency: str, payee: str, *, is_own: bool) -> Iterator[str]:
    """How the line comes to its amount."""
    words = {
        "paid": _money(found.paid_minor, currency), "moved": _money(abs(found.moved_minor), currency),
        "curve": _money(abs(found.uncapped_minor), currency), "payee": payee,
    }  # fmt: skip
    if found.is_left and found.moved_minor * found.paid_minor < 0:
        yield _("This deal had paid %(paid)s here so far, and %(moved)s of that is taken back.") % words
    elif found.is_left:
        yield _("What had been taken back is paid again: %(moved)s.") % words
    elif found.moved_minor != found.uncapped_minor:
        text = _(
            "On the way down the curve %(curve)s would be taken back. The deal had paid %(paid)s here, and the plan "
            "takes back no more than that: %(moved)s."
        )
        yield text % words
    if found.is_left and is_own:
        yield _("The deal still counts towards your tiers and quotas.")
    elif found.is_left:
        yield _("The deal still counts towards the tiers and quotas of %(payee)s.") % words


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
