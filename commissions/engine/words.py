"""Sentences that the engine says in English and pages translate: the sentence and its figures are kept apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import TypeAlias

MOST_DIGITS = 40
_EXACT = Context(prec=MOST_DIGITS + 10)


def canonical(value: Decimal) -> str:
    """The one way to write a number: no exponent, no trailing zeros, no plus sign, no percent sign.

    >>> canonical(Decimal("1250.00")), canonical(Decimal("1E+3"))
    ('1250', '1000')
    """
    text = format(value.normalize(_EXACT), "f")
    return "0" if text == "-0" else text


@dataclass(frozen=True, slots=True)
class Share:
    """A rate, or a share of quota: 0.05 is 5 %."""

    value: Decimal

    def __str__(self) -> str:
        return f"{canonical(self.value * 100)}%"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in major units, as a plan writes it."""

    value: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {self.value:,f}"


Figure: TypeAlias = "str | int | Share | Amount | Told"  # an int is a count, written with thousands' signs


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with %(name)s places, and what fills them."""

    template: str
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.written(self.template, _in_english)

    def written(self, template: str, write: Callable[[Figure], str]) -> str:
        """The sentence by another template, its translation, with figures as `write` writes them."""
        return template % {name: write(value) for name, value in self.figures.items()} if self.figures else template

    def filled(self, **figures: Figure) -> "Told":
        return Told(self.template, {**self.figures, **figures})


def told(template: str, **figures: Figure) -> Told:
    """Say something. `make messages` finds the first argument by this function's name: it must be a literal.

    >>> str(told("From %(old)s to %(new)s.", old=Share(Decimal("0.08")), new=Amount(Decimal(1250), "USD")))
    'From 8% to USD 1,250.'
    """
    return Told(template, figures)


def _in_english(value: Figure) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
