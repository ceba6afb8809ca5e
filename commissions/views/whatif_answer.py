"""The answer of what-if as its page shows it: a page of people, bars, and how far quotas were reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import overload

import polars as pl
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.outcomes import STEPS, Change, Comparison, profile
from commissions.selectors.whatif import Answer, names_of
from commissions.views.shared import PER_PAGE
from core.templatetags.formats import round_to

BARS = 60
SORTS = ("gain", "loss", "size", "before", "after", "name")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the chart, in per cent of its box."""

    x: Decimal
    width: Decimal
    y: Decimal
    height: Decimal
    tone: str  # gain, loss or none
    people: int
    change: int  # minor units; the mean, where it stands for several


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    zero: Decimal  # per cent from the top
    top: int  # minor units
    bottom: int
    people: int  # of the widest bar


@dataclass(frozen=True, slots=True)
class Reached:
    """How many quotas ended in one bin of attainment, before and after."""

    label: str
    before: int
    after: int
    share_before: Fraction
    share_after: Fraction


@dataclass(frozen=True, slots=True)
class Row:
    payee: User
    before: int
    after: int
    change: int


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the template asks of an answer."""

    answer: Answer
    sort: str
    page: Page[Change]
    rows: tuple[Row, ...]
    best: Row | None
    worst: Row | None
    chart: Chart | None
    reached: tuple[Reached, ...]


def shown(answer: Answer, *, sort: str, page: str) -> Shown:
    """The answer with the people of one page, in one query; ordering by name takes another."""
    order = sort if sort in SORTS else "size"
    found = answer.comparison
    pages: Page[Change] = Paginator(_Rows(_sorted(found.rows, order)), PER_PAGE).get_page(page)
    listed = list(pages.object_list)
    ends = [end for end in (found.best, found.worst) if end]
    people = names_of([change.payee for change in [*listed, *ends]])
    named = [_named(change, people) for change in listed]
    best, worst = (_named(end, people) if end else None for end in (found.best, found.worst))
    return Shown(answer, order, pages, tuple(named), best, worst, _chart(found), tuple(_reached(answer)))


class _Rows(Sequence[Change]):
    """A frame of changes as a list that paginates: only a page of it becomes objects."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return self.rows.height

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> list[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | list[Change]:
        if isinstance(index, slice):
            return [Change(payee, before, after) for payee, before, after, *_ in self.rows[index].iter_rows()]
        return Change(*self.rows.row(index)[:3])


def _sorted(rows: pl.DataFrame, order: str) -> pl.DataFrame:
    if order == "name":
        people = names_of(rows["payee"].to_list())
        names = pl.Series([people[payee].name.casefold() for payee in rows["payee"]], dtype=pl.String())
        return rows.with_columns(name=names).sort("name", "payee").drop("name")
    by = {"size": pl.col("change").abs(), "before": pl.col("before"), "after": pl.col("after")}
    key = by.get(order, pl.col("change"))
    return rows.sort(key, pl.col("payee"), descending=[order != "loss", False])


def _named(change: Change, people: dict[int, User]) -> Row:
    return Row(people[change.payee], change.before, change.after, change.change)


def _chart(found: Comparison) -> Chart | None:
    bins = profile(found.rows, BARS)
    top = max((mean for _people, mean in bins), default=Fraction(0))
    bottom = min((mean for _people, mean in bins), default=Fraction(0))
    top, bottom = max(top, Fraction(0)), min(bottom, Fraction(0))
    if top == bottom:
        return None
    width = Fraction(100, len(bins))
    zero = top / (top - bottom) * 100
    bars = [_bar(index, width, people, mean, zero, top - bottom) for index, (people, mean) in enumerate(bins)]
    return Chart(tuple(bars), round_to(zero, 2), round(top), round(bottom), max(people for people, _mean in bins))


def _bar(index: int, width: Fraction, people: int, mean: Fraction, zero: Fraction, span: Fraction) -> Bar:
    height = abs(mean) / span * 100
    top = zero - height if mean > 0 else zero
    tone = "gain" if mean > 0 else "loss" if mean < 0 else "none"
    gap = width * Fraction(1, 6)
    x, wide = round_to(index * width + gap / 2, 3), round_to(width - gap, 3)
    return Bar(x, wide, round_to(top, 2), round_to(height, 2), tone, people, round(mean))


def _reached(answer: Answer) -> Iterator[Reached]:
    most = max([*answer.before_reached, *answer.after_reached, 1])
    if not sum(answer.before_reached) + sum(answer.after_reached):
        return
    for label, before, after in zip(_labels(), answer.before_reached, answer.after_reached, strict=True):
        yield Reached(label, before, after, Fraction(before, most), Fraction(after, most))


def _labels() -> Iterator[str]:
    yield _("below %(high)d%%") % {"high": STEPS[0]}
    for low, high in pairwise(STEPS):
        yield _("%(low)d–%(high)d%%") % {"low": low, "high": high}
    yield _("%(low)d%% and more") % {"low": STEPS[-1]}
