"""The examples inside a plan, run through the very same calculation as the payees."""

from dataclasses import dataclass
from decimal import Decimal

from commissions.engine.schema import PlanDocument


@dataclass(frozen=True, slots=True)
class Difference:
    payee: str
    period: str  # label
    component: str  # key, or `payable`
    expected: Decimal  # major units
    actual: Decimal
    notices: tuple[str, ...] = ()  # why a credit did not count


@dataclass(frozen=True, slots=True)
class ExampleResult:
    name: str
    passed: bool
    differences: tuple[Difference, ...]


def run_examples(document: PlanDocument) -> list[ExampleResult]:
    """Each example of the plan, in order, and where its pay differs from what it expects."""
    raise NotImplementedError
