"""A line's arithmetic as people read it: one sentence, then rows that a pocket calculator confirms."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commissions.engine.explain import PieceKind
from commissions.selectors.blocks import blocks_text, pay_text
from commissions.selectors.carried_words import carried_text
from commissions.selectors.crediting_words import crediting_texts
from commissions.selectors.explanations import LineExplanation, StepRow
from commissions.selectors.goal_words import goal_words
from commissions.selectors.item_words import ItemRow, item_rows, items_text
from commissions.selectors.moves import is_taken_back, moved_text, window_text
from commissions.selectors.multipliers import multiplier_text
from commissions.selectors.pools import pool_texts
from commissions.selectors.score_words import score_texts
from commissions.selectors.spiffs import spiff_texts
from commissions.selectors.taken_back import taken_texts
from commissions.selectors.units import exact_money, is_whole
from commissions.selectors.waiting import waiting_texts
from core.templatetags import formats
from core.templatetags.juara import locale

# By whether they were in one team (else she reported to the payee), and whether the reader is the payee.
_WHOSE = {
    (False, True): gettext_lazy("Through %(via)s, who reported to you on %(day)s, when this deal closed."),
    (False, False): gettext_lazy("Through %(via)s, who reported to %(payee)s on %(day)s, when this deal closed."),
    (True, True): gettext_lazy("Through %(via)s, who was in your team on %(day)s, when this deal closed."),
    (True, False): gettext_lazy("Through %(via)s, who was in the team of %(payee)s on %(day)s, when this deal closed."),
}


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One multiplication: amount times rate is pay."""

    part: str
    amount: str
    rate: str
    pay: str


@dataclass(frozen=True, slots=True)
class Reading:
    sentence: str
    credited: str
    crediting: tuple[str, ...]  # what gave the credit and how much of the deal it is; empty for a deal that closed
    rows: tuple[ReadingRow, ...]
    goals: str  # how much of the quota and the target counts; empty where all of it does
    exact: str  # the sum of the rows
    multiplier: str  # by what the sum is multiplied, and why; empty without a multiplier
    times: str  # the number itself
    multiplied: str  # the product
    rounding: str  # how the sum became the line; empty when it was whole already
    cap: str  # what the cap did; empty when it took nothing
    limit: str  # what it is called
    capped_away: str  # what it took, with its sign
    waits: tuple[str, ...]  # how much of it is paid when; empty where it is paid at once
    no_longer: str  # what counted of the deal and is taken back; empty where nothing is
    still_counts: bool  # although pay is taken back
    items_text: str  # how many of the deal's lines count; empty where nobody looks at them
    items: tuple[ItemRow, ...]


def reading(why: LineExplanation, *, is_own: bool) -> Reading:
    """The sentence and the table of a line, in the reader's language."""
    return Reading(
        sentence=" ".join(_sentences(why, is_own=is_own)),
        credited=why.unit.text(why.credited_minor),
        items_text=items_text(why),
        items=item_rows(why),
        crediting=tuple(score_texts(why.scores)) if why.scores else crediting_texts(why),
        rows=tuple(_row(step, why) for step in why.steps if step.pay or why.tiers != "stepped"),
        goals=" ".join(goal_words(goal, why) for goal in why.goals),
        exact=exact_money(why.curve_pay, why.currency),
        multiplier=multiplier_text(why.multiplier) if why.multiplier else "",
        times=formats.percent(why.multiplier.times, locale(), places=4) if why.multiplier else "",
        multiplied=exact_money(why.exact1 - why.exact0, why.currency),
        rounding=_rounding(why),
        cap=_cap(why),
        limit=_limit(why),
        capped_away=_money(-why.capped_away_minor, why.currency),
        waits=tuple(waiting_texts(why.waits, why.currency)) if why.waits else (),
        no_longer=why.unit.text(abs(why.credited_minor)) if is_taken_back(why) else "",
        still_counts=bool(why.taken and why.taken.is_left),
    )


def _sentences(why: LineExplanation, *, is_own: bool) -> Iterator[str]:
    if why.kind == "carried":
        yield carried_text(why, is_own=is_own)
        return
    if why.kind == "score":
        yield from _scored(why, is_own=is_own)
        return
    if why.via and why.closed:
        words = {"via": why.via, "payee": why.payee, "day": formats.day(why.closed, locale())}
        yield str(_WHOSE[why.via_team, is_own]) % words
    if why.taken and why.taken.is_left:
        yield from taken_texts(why.taken, why.currency, why.payee, is_own=is_own)
        return
    if why.credited_minor == 0:
        yield _("Nothing of this deal counts here: its credit is 0, so it earned nothing.")
        return
    if why.column:
        words = {"by": why.by, "column": why.column}
        yield _("The rates go by %(by)s, and this deal is in the column “%(column)s”.") % words
    move = moved_text(why, is_own=is_own)
    rates = _way(why)
    yield _("%(move)s: %(rates)s.") % {"move": move, "rates": rates}
    yield from (_jump(step, why) for step in why.steps if step.kind is PieceKind.JUMP)
    yield from (_bonus(step, why) for step in why.steps if step.kind is PieceKind.BONUS)
    if why.multiplier:
        yield multiplier_text(why.multiplier)
    yield from _left_of_it(why)


def _left_of_it(why: LineExplanation) -> Iterator[str]:
    """What limits, and others, leave of the pay."""
    if why.pool:
        yield from pool_texts(why.pool, why.unit, why.currency, why.amount_minor, why.payee)
    elif why.capped_away_minor:
        yield _cap(why)
    if why.spiff:
        yield from spiff_texts(why.spiff, why.currency)


def _scored(why: LineExplanation, *, is_own: bool) -> Iterator[str]:
    words = {"payee": why.payee, "window": window_text(why), "score": why.unit.text(why.x1_minor)}
    if is_own:
        text = _("Your score for %(window)s is %(score)s: %(pays)s.")
    else:
        text = _("The score of %(payee)s for %(window)s is %(score)s: %(pays)s.")
    yield text % (words | {"pays": _score_pays(why)})
    if why.multiplier:
        yield multiplier_text(why.multiplier)
    if why.capped_away_minor:
        yield _cap(why)


def _score_pays(why: LineExplanation) -> str:
    if why.share1 is not None:
        words = {"share": _percent(why.share1), "whole": _target(why)}
        return _("the curve earns %(share)s of %(whole)s there") % words
    return _("the curve pays %(pay)s there") % {"pay": exact_money(why.curve_pay, why.currency)}


def _way(why: LineExplanation) -> str:
    if why.share1 is not None:
        return _on_target(why)
    return _interpolated(why) if why.tiers in ("interpolated", "stepped") else _rates(why)


def _on_target(why: LineExplanation) -> str:
    words = {"whole": _target(why), "share0": _percent(why.share0), "share1": _percent(why.share1)}
    if why.x1_share is None:
        text = _("the curve earns %(share1)s of %(whole)s, before it was %(share0)s, and the line is the difference")
        return text % words
    words |= {"at0": _percent(why.x0_share), "at1": _percent(why.x1_share)}
    text = _(
        "at %(at1)s of quota the curve earns %(share1)s of %(whole)s, at %(at0)s it was %(share0)s, and the line is "
        "the difference"
    )
    return text % words


def _target(why: LineExplanation) -> str:
    """The part of her target that this component pays shares of."""
    words = {"target": _money(why.target_minor or 0, why.currency), "weight": _percent(why.weight or Decimal(1))}
    text = _("the target of %(target)s") if why.weight is None else _("%(weight)s of the target of %(target)s")
    return text % words


def _percent(share: Decimal | None) -> str:
    return formats.percent(share or Decimal(0), locale(), places=4)


def _interpolated(why: LineExplanation) -> str:
    return _("the curve pays %(y0)s there and %(y1)s here, and the line is the difference") % {
        "y0": _money(why.y0_minor, why.currency),
        "y1": _money(why.y1_minor, why.currency),
    }


def _rates(why: LineExplanation) -> str:
    slopes = [step for step in why.steps if step.kind in (PieceKind.SLOPE, PieceKind.BLOCKS)]
    is_refund = why.credited_minor < 0
    if len(slopes) == 1:
        text = _("all of it took back %(rate)s") if is_refund else _("all of it earned %(rate)s")
        return text % {"rate": _price(slopes[0], why)}
    first = (
        _("the part down to %(end)s took back %(rate)s") if is_refund else _("the part up to %(end)s earned %(rate)s")
    )
    following = _("the next down to %(end)s %(rate)s") if is_refund else _("the next up to %(end)s %(rate)s")
    texts = [first, *[following] * (len(slopes) - 2), _("the rest %(rate)s")]
    ends = [{"end": why.unit.exact(step.end), "rate": _price(step, why)} for step in slopes]
    return ", ".join(text % words for text, words in zip(texts, ends, strict=True))


def _jump(step: StepRow, why: LineExplanation) -> str:
    words = {
        "step": why.unit.exact(step.start),
        "window": window_text(why),
        "pay": exact_money(abs(step.pay), why.currency),
    }
    if step.pay < 0:
        return (
            _("Below %(step)s another rate holds for everything in %(window)s: that took back %(pay)s of earlier pay.")
            % words
        )
    return _("From %(step)s on a new rate holds for everything in %(window)s: that added %(pay)s to earlier pay.") % (
        words
    )


def _row(step: StepRow, why: LineExplanation) -> ReadingRow:
    start, end = why.unit.exact(step.start), why.unit.exact(step.end)
    if step.kind is PieceKind.BONUS or (step.kind is PieceKind.JUMP and step.block is not None):
        pay, is_bonus = exact_money(step.pay, why.currency), step.kind is PieceKind.BONUS
        part = _("At %(start)s, at once") if is_bonus else _("Everything up to %(start)s, paid in another way")
        return ReadingRow(part % {"start": start}, amount="1", rate=pay, pay=pay)
    if step.kind is PieceKind.BLOCKS:
        part, pay = _("From %(start)s to %(end)s") % {"start": start, "end": end}, exact_money(step.pay, why.currency)
        return ReadingRow(part, blocks_text(step, why.unit), exact_money(step.slope, why.currency), pay)
    if step.kind is PieceKind.JUMP:
        part = _("Everything up to %(start)s, at the changed rate") % {"start": start}
    else:
        part = _("From %(start)s to %(end)s") % {"start": start, "end": end}
    return ReadingRow(
        part=part,
        amount=why.unit.exact(step.width),
        rate=_price(step, why, signed=step.kind is PieceKind.JUMP),
        pay=exact_money(step.pay, why.currency),
    )


def _bonus(step: StepRow, why: LineExplanation) -> str:
    words = {"step": why.unit.exact(step.start), "pay": exact_money(abs(step.pay), why.currency)}
    if step.pay < 0:
        return _("Passing %(step)s took %(pay)s at once.") % words
    return _("Passing %(step)s paid %(pay)s at once.") % words


def _rounding(why: LineExplanation) -> str:
    if is_whole(why.exact0, why.currency) and is_whole(why.exact1, why.currency):
        return ""
    return _(
        "Rounding happens on the whole way: %(exact1)s at the new place rounds to %(y1)s, %(exact0)s at the old one "
        "to %(y0)s, and %(y1)s less %(y0)s is %(line)s."
    ) % {
        "exact0": exact_money(why.exact0, why.currency),
        "exact1": exact_money(why.exact1, why.currency),
        "y0": _money(why.y0_minor, why.currency),
        "y1": _money(why.y1_minor, why.currency),
        "line": _money(why.uncapped_minor, why.currency),
    }


def _cap(why: LineExplanation) -> str:
    if not why.capped_away_minor or why.kind == "carried" or why.pool:
        return ""
    if why.taken:
        return " ".join(taken_texts(why.taken, why.currency, why.payee, is_own=False))
    words = {
        "amount": _money(why.amount_minor, why.currency),
        "uncapped": _money(why.uncapped_minor, why.currency),
        "given": _money(-why.capped_away_minor, why.currency),
    }
    if [rule.kind for rule in why.limits] != ["cap"] or why.spiff:
        rules = [rule.text(why.currency) for rule in why.limits] + ([_("the limits of its SPIFF")] if why.spiff else [])
        words["limits"] = "; ".join(rules)
        return _("%(uncapped)s became %(amount)s by %(limits)s.") % words
    if why.capped_away_minor > 0:
        return _("The plan's cap left %(amount)s of %(uncapped)s.") % words
    return _("It made room below the plan's cap, which gave back %(given)s: the line is %(amount)s.") % words


def _limit(why: LineExplanation) -> str:
    if why.kind == "carried":
        return _("Carried")
    if why.taken:
        return _("What was paid")
    if why.pool:
        return _("Limits, and the other members' parts")
    kinds = {rule.kind for rule in why.limits}
    if why.spiff:
        return _("Limits") if kinds else _("SPIFF")
    return _("Cap") if "floor" not in kinds else _("Floor") if len(kinds) == 1 else _("Floor and cap")


def _price(step: StepRow, why: LineExplanation, *, signed: bool = False) -> str:
    if step.kind is PieceKind.BLOCKS:
        return pay_text(step, why.unit)
    return why.unit.price(step.slope if step.rate is None else step.rate, signed=signed)


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
