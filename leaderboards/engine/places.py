"""An exact order of fractions for a store that compares bytes, and the ranks in it.

Standings are sorted sets whose members all have the same score, so that the store orders them by their bytes. A member
starts with its value as a decimal of fixed width; after it comes the name. So values are compared exactly (a double
as a score would be exact for integers to 2**53 only), equal values stand in the order of their names, and counting the
members before a value's first byte gives its competition rank (1-2-2-4).
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

PLACES = 18  # decimals: fractions with denominators below 10**9 are told apart, whatever their size
WIDTH = 58  # digits; 10**39 before the point
_MIDDLE = 5 * 10 ** (WIDTH - 1)  # of the keys: zero
_NAME = 40  # characters that order a name
_END = "\0"


@dataclass(frozen=True, slots=True)
class Standing:
    """One subject's place in the order: a value, an exact fraction, and what is needed to show it."""

    subject_id: int
    numerator: int
    denominator: int
    key: str  # equal for equal values

    @property
    def value(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)

    @classmethod
    def read(cls, member: str) -> Self:
        """The standing that `write` has written."""
        _name, subject_id, numerator, denominator = member[WIDTH:].split(_END)
        return cls(int(subject_id), int(numerator), int(denominator), member[:WIDTH])


def write(subject_id: int, name: str, numerator: int, denominator: int, *, higher_is_better: bool = True) -> str:
    """The member of a subject; of two, the smaller in bytes is the better, or the first by name of two equals.

    Raises ValueError for a value beyond 10**39 or a denominator that is not positive.

    >>> write(7, "Ana", 3, 1) < write(8, "Ben", 5, 2) < write(9, "Cid", -1, 1)
    True
    >>> write(7, "Ana", 1, 2)[:WIDTH] == write(8, "Ben", 2, 4)[:WIDTH]
    True
    """
    if denominator <= 0:
        raise ValueError(f"{numerator}/{denominator} is no value: the denominator must be positive.")
    scaled = numerator * 10**PLACES // denominator
    key = _MIDDLE - scaled if higher_is_better else _MIDDLE + scaled
    if not 0 <= key < 10**WIDTH:
        raise ValueError(f"{numerator}/{denominator} is too large to be ranked: values stay below 10**39.")
    return f"{key:0{WIDTH}d}{_END.join((_sortable(name), str(subject_id), str(numerator), str(denominator)))}"


def _sortable(name: str) -> str:
    """A name in the order of a directory: without case and accents.

    >>> _sortable("Émile Ångström")
    'emile angstrom'
    """
    letters = unicodedata.normalize("NFKD", name.replace(_END, "").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))[:_NAME]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A standing with its rank, and how much the next better rank is ahead; the first has nobody ahead."""

    standing: Standing
    rank: int
    gap: Fraction | None


def rank(
    standings: Iterable[Standing], *, position: int = 0, first_rank: int = 1, ahead: Standing | None = None
) -> list[Ranked]:
    """Number a stretch of the order: equal values share a rank, the next one counts all before it.

    `position` is how many stand before the stretch, `first_rank` the rank of its first value and `ahead` the nearest
    standing that is better than that.

    >>> order = [Standing.read(write(i, "x", v, 1)) for i, v in enumerate((9, 7, 7, 4))]
    >>> [(row.rank, row.gap) for row in rank(order)]
    [(1, None), (2, Fraction(2, 1)), (2, Fraction(2, 1)), (4, Fraction(3, 1))]
    """
    rows: list[Ranked] = []
    current, previous = first_rank, None
    for place, standing in enumerate(standings, position + 1):
        if previous and standing.key != previous.key:
            current, ahead = place, previous
        gap = abs(ahead.value - standing.value) if ahead else None
        rows.append(Ranked(standing, current, gap))
        previous = standing
    return rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read of an order."""

    top: int  # rows
    around: int  # rows on either side of the subject
    subject_id: int | None  # whose own place is wanted


@dataclass(frozen=True, slots=True)
class Window:
    """What a page shows of an order: its top, and the stretch around one subject."""

    ranked: int  # how many have a rank
    top: Sequence[Ranked]
    around: Sequence[Ranked]  # empty when the subject has no rank
    me: Ranked | None


def window(order: Sequence[Standing], wanted: Wanted) -> Window:
    """The window of a whole order that is at hand.

    >>> order = [Standing.read(write(i, "x", -i, 1)) for i in range(9)]
    >>> [row.rank for row in window(order, Wanted(top=2, around=1, subject_id=5)).around]
    [5, 6, 7]
    """
    rows = rank(order)
    top = rows[: wanted.top]
    at = next((index for index, row in enumerate(rows) if row.standing.subject_id == wanted.subject_id), None)
    if at is None:
        return Window(len(rows), top, [], None)
    return Window(len(rows), top, rows[max(0, at - wanted.around) : at + wanted.around + 1], rows[at])
