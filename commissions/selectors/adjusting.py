"""Adjustments that somebody asks for: whether they may be, what they would do, and who else must agree."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import can_run_finance
from commissions.engine.words import Told, told
from commissions.models import Adjustment, AdjustmentLimit, Dispute, Period
from commissions.models.adjustments import LONGEST_REASON
from commissions.policies import may_adjust
from commissions.selectors.adjusted import Place, payables
from core.money import LARGEST_MINOR
from core.templatetags import formats
from core.templatetags.juara import locale
from core.templatetags.juara import period as period_name
from sales.models import Deal


@dataclass(frozen=True, slots=True)
class Wanted:
    """An adjustment as somebody asks for it."""

    payee: User
    period: Period
    currency: str
    kind: str
    amount_minor: int
    reason: str
    internal_note: str = ""
    deal: Deal | None = None
    dispute: Dispute | None = None
    line: int | None = None  # of the file that it comes from
    row_hash: str = ""

    @property
    def place(self) -> Place:
        return self.period.pk, self.payee.pk, self.currency


@dataclass(frozen=True, slots=True)
class Effect:
    """What an adjustment does to the statement that shows it. Minor units."""

    wanted: Wanted
    before_minor: int
    after_minor: int


def effects(wanted: Sequence[Wanted]) -> tuple[Effect, ...]:
    """One after the other: the second on a statement starts from what the first left."""
    now = payables(each.place for each in wanted)
    found = []
    for each in wanted:
        before = now[each.place]
        now[each.place] += each.amount_minor
        found.append(Effect(each, before, now[each.place]))
    return tuple(found)


def refusals(wanted: Sequence[Wanted], *, user: User, today: date) -> dict[int, Told]:
    """By its place in the list, why an adjustment can't be asked for. One query."""
    allowed = may_adjust(user, {each.payee.pk for each in wanted}, today)
    found = ((number, _refusal(each, user, allowed)) for number, each in enumerate(wanted))
    return {number: why for number, why in found if why}


def _refusal(wanted: Wanted, user: User, allowed: frozenset[int]) -> Told | None:
    if wanted.payee.pk == user.pk:
        return told("Nobody adjusts her own pay. Ask somebody else of finance to do it.")
    if wanted.payee.pk not in allowed:
        return told("%(name)s doesn't report to you. Ask her or his manager, or finance.", name=wanted.payee.name)
    if not wanted.period.is_moving:
        return told(
            "%(period)s is closed, and closed statements never change. Choose a later period.",
            period=wanted.period.label,
        )
    if wanted.dispute and wanted.dispute.payee_id != wanted.payee.pk:
        return told("The dispute is %(name)s's. Adjust her or his pay.", name=wanted.dispute.payee.name)
    if not wanted.amount_minor:
        return told("An adjustment of 0 changes nothing. Write an amount.")
    if abs(wanted.amount_minor) >= LARGEST_MINOR:
        return told("This amount is too large. Check its decimal point.")
    if not wanted.reason.strip():
        return told("The reason is missing. Write why: the payee reads it.")
    if len(wanted.reason) > LONGEST_REASON:
        return told("The reason has more than %(most)s characters. Shorten it.", most=str(LONGEST_REASON))
    return None


def limits() -> dict[str, int]:
    """By currency, in minor units."""
    return dict(AdjustmentLimit.objects.values_list("currency", "amount_minor"))


def needing_another(wanted: Sequence[Wanted], *, user: User) -> frozenset[int]:
    """The places in the list of those that somebody else must approve first.

    All that a manager asks for. Of finance what goes above the limit of its currency, together with what has been
    adjusted of the same statement without a second person: or an amount in two halves would need none.
    """
    if not can_run_finance(user):
        return frozenset(range(len(wanted)))
    known, alone = limits(), _adjusted_alone(wanted)
    found = set()
    for number, each in enumerate(wanted):
        alone[each.place] += abs(each.amount_minor)
        if alone[each.place] > known.get(each.currency, 0):
            found.add(number)
            alone[each.place] -= abs(each.amount_minor)
    return frozenset(found)


def _adjusted_alone(wanted: Sequence[Wanted]) -> defaultdict[Place, int]:
    rows = (
        Adjustment.objects.counting()
        .filter(decided_by=None, period__in={each.period.pk for each in wanted})
        .filter(payee__in={each.payee.pk for each in wanted})
    )
    sums = rows.values_list("period", "payee", "currency").annotate(all=Sum(Abs("amount_minor")))
    return defaultdict(int, {(period, payee, code): int(amount) for period, payee, code, amount in sums})


def why_another(wanted: Sequence[Wanted], *, user: User) -> str:
    """Why somebody else must approve these, or may not need to, in the reader's words."""
    if not can_run_finance(user):
        return _("Finance decides about it: until then nothing changes.")
    known = limits()
    if not needing_another(wanted, user=user):
        return _("It counts at once: it is within what finance may adjust alone.")
    return " ".join(_above(sorted({each.currency for each in wanted}), known))


def _above(currencies: Sequence[str], known: Mapping[str, int]) -> Iterator[str]:
    for code in currencies:
        if code in known:
            amount = formats.written_money(known[code], code, locale()).text
            yield _(
                "Somebody else of finance must approve it first: alone one may adjust a statement by up to %(amount)s."
            ) % {"amount": amount}
        else:
            yield _(
                "Somebody else of finance must approve it first: there is no limit for %(currency)s up to which one "
                "may adjust alone."
            ) % {"currency": code}


def moving_periods() -> list[Period]:
    """Those whose statements may still be adjusted, the latest first."""
    return list(Period.objects.filter(status__in=Period.MOVING).order_by("-start", "kind", "first_month"))


def moved_text(row: Adjustment) -> str:
    """That it counts in a later period than the one it was asked for; else empty."""
    if row.asked_period is None:
        return ""
    return _("It was asked for %(asked)s, which closed before the decision: so it counts in %(period)s.") % {
        "asked": period_name(row.asked_period.label), "period": period_name(row.period.label),
    }  # fmt: skip
