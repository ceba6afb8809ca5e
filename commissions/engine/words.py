"""Sentences that the engine says in English and pages translate: the sentence and its figures are kept apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from commissions.engine.decimals import canonical


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


Figure: TypeAlias = "str | Share | Amount | Told"


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with %(name)s places, and what fills them."""

    template: str
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.written(self.template, str)

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
