"""A plan's draw and what becomes of a balance, in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.engine.schema import (
    Again,
    Attainment,
    BelowZero,
    Clawback,
    ClawbackMode,
    CountedFrom,
    Draw,
    DrawKind,
    DrawPays,
    LeaveDeals,
    LeaveGoals,
    LeaveRules,
    OtherCurrencies,
    PlanDocument,
    Unpaid,
)
from commissions.selectors.limits import plan_cap_sentence
from commissions.selectors.releases import on_leaving_words
from core.money import to_minor
from core.templatetags import formats
from core.templatetags.juara import locale, money_text


def terms_of(document: PlanDocument) -> list[str]:
    """A sentence for each rule of the whole plan: from earned to payable, of cancellations, and of other currencies."""
    found = [sentence] if (sentence := plan_cap_sentence(document)) else []
    found += _leave(document.leave) if document.leave else []
    found += _draw(document.draw, document.currency) if document.draw else []
    if document.below_zero is BelowZero.CARRY:
        found.append(_("A statement below zero pays nothing; the rest is taken from later statements."))
    found += _clawback(document.clawback)
    if document.other_currencies is OtherCurrencies.CONVERT:
        found.append(
            _("Deals in other currencies are converted into %(currency)s at the rate of the day they closed.")
            % {"currency": document.currency}
        )
    if document.on_leaving is not None:
        found += on_leaving_words(document.on_leaving)
    return found


def _leave(said: LeaveRules) -> Iterator[str]:
    if said.deals is LeaveDeals.NOT_CREDITED:
        yield _("A deal that closes on a day of your leave isn't credited to you, nor is your part to anybody else.")
    match (said.quotas, said.targets):
        case LeaveGoals.PRORATED, LeaveGoals.PRORATED:
            yield _("Days of leave lessen your quotas and your target incentive, as days off the plan do.")
        case LeaveGoals.PRORATED, _whole:
            yield _("Days of leave lessen your quotas, as days off the plan do.")
        case _whole, LeaveGoals.PRORATED:
            yield _("Days of leave lessen your target incentive, as days off the plan do.")


def _clawback(said: Clawback | None) -> Iterator[str]:
    if said is None:
        yield _("What was credited of a deal is taken back when it is cancelled, whenever that is.")
        return
    if said.within_days is None:
        yield _("What was credited of a deal is taken back when it is cancelled, whenever that is.")
    elif said.mode is ClawbackMode.PRORATED:
        yield ngettext(
            "A deal that is cancelled within %(n)s day of closing takes back the part of that time that is missing.",
            "A deal that is cancelled within %(n)s days of closing takes back the part of those days that are missing.",
            said.within_days,
        ) % {"n": said.within_days}
    else:
        yield ngettext(
            "A deal that is cancelled within %(n)s day of closing takes back all that it earned; later, nothing.",
            "A deal that is cancelled within %(n)s days of closing takes back all that it earned; later, nothing.",
            said.within_days,
        ) % {"n": said.within_days}
    if said.mode is ClawbackMode.PAID and said.attainment is Attainment.REVERSE:
        yield _("Never more is taken back than the deal had been paid.")
    if said.attainment is Attainment.LEAVE:
        yield _("What is taken back is what the deal had been paid; it counts on towards tiers and quotas.")
    if said.unpaid is not None:
        yield from _unpaid(said.unpaid)


def _unpaid(said: Unpaid) -> Iterator[str]:
    if said.from_ is CountedFrom.INVOICED:
        yield ngettext(
            "The same holds for a deal that its customer hasn't paid in full %(n)s day after the invoice.",
            "The same holds for a deal that its customer hasn't paid in full %(n)s days after the invoice.",
            said.after_days,
        ) % {"n": said.after_days}
    else:
        yield ngettext(
            "The same holds for a deal that its customer hasn't paid in full %(n)s day after closing.",
            "The same holds for a deal that its customer hasn't paid in full %(n)s days after closing.",
            said.after_days,
        ) % {"n": said.after_days}
    if said.again is Again.WHEN_PAID:
        yield _("When it is paid in full after all, it is credited again.")


def _draw(draw: Draw, currency: str) -> Iterator[str]:
    amount = {"amount": money_text(to_minor(draw.amount, currency), currency)}
    if draw.pays is DrawPays.TOP_UP:
        yield _("Each statement pays at least %(amount)s: what is missing is advanced.") % amount
    else:
        yield _("Each statement pays %(amount)s in advance, beside what was earned.") % amount
    if draw.periods is not None:
        yield ngettext(
            "That holds for the first statement on the plan.",
            "That holds for the first %(n)s statements on the plan.",
            draw.periods,
        ) % {"n": draw.periods}
    yield from _owing(draw, currency) if draw.kind is DrawKind.RECOVERABLE else [_("Nothing of it is owed back.")]


def _owing(draw: Draw, currency: str) -> Iterator[str]:
    if draw.recover_at_most == 1:
        yield _("What was advanced is owed, and recovered from what later statements earn.")
    else:
        share = formats.percent(draw.recover_at_most, locale(), places=4)
        yield _("What was advanced is owed, and recovered from at most %(share)s of what later statements earn.") % {
            "share": share
        }
    if draw.most_owed is not None:
        most = money_text(to_minor(draw.most_owed, currency), currency)
        yield _("Never more than %(amount)s is owed: beyond that nothing is advanced.") % {"amount": most}
    if draw.forgive_after is not None:
        yield ngettext(
            "What is still owed %(n)s statement after the draw has ended is forgiven.",
            "What is still owed %(n)s statements after the draw has ended is forgiven.",
            draw.forgive_after,
        ) % {"n": draw.forgive_after}
