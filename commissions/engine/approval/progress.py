"""How far the approval of one revision of a statement has come, from the decisions about that revision alone.

>>> chain = ApprovalChain(steps=(ChainStep(who="manager"), ChainStep(who="finance", above={"USD": 100_00})))
>>> small, large = Figures("USD", 100_00), Figures("USD", 100_01)
>>> [progress(chain, figures, [Decision(0, Verdict.APPROVED, by=7)]).next_step for figures in (small, large)]
[None, 1]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from commissions.engine.approval.chain import ApprovalChain, ChainStep


class Verdict(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # of a rejection: the step is asked for again


@dataclass(frozen=True, slots=True)
class Figures:
    """What decides which steps apply to a revision. Amounts in minor units of `currency`."""

    currency: str
    payable_minor: int
    earlier_minor: tuple[int, ...] = ()  # payable of the payee's last statements before it, at most three


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided about one step; ids of people."""

    step: int
    verdict: Verdict
    by: int
    on_behalf_of: int | None = None  # who is away


@dataclass(frozen=True, slots=True)
class StepState:
    index: int  # in the chain
    step: ChainStep
    approved: Decision | None


@dataclass(frozen=True, slots=True)
class Progress:
    steps: tuple[StepState, ...]  # those that apply
    rejected: Decision | None  # the rejection that stands
    taken: frozenset[int]  # who may take no further step: empty where the chain lets one person take several

    @property
    def next_step(self) -> int | None:
        """The index in the chain of the step that is to be taken; none while a rejection stands, and at the end."""
        if self.rejected:
            return None
        return next((state.index for state in self.steps if state.approved is None), None)

    @property
    def is_approved(self) -> bool:
        return self.rejected is None and all(state.approved for state in self.steps)


def applies(step: ChainStep, figures: Figures) -> bool:
    """Whether a statement needs this step. Of both an amount and a variance, one is enough.

    An amount is looked at without its sign. A currency without an amount, and a payee without earlier statements, have
    nothing to be measured by: the step is asked for.

    >>> step = ChainStep(who="admin", variance="30%")
    >>> [applies(step, Figures("USD", payable, (100, 100, 100))) for payable in (70, 130, 131, 69)]
    [False, False, True, True]
    """
    if not step.is_conditional:
        return True
    return _is_above(step, figures) or _differs(step, figures)


def _is_above(step: ChainStep, figures: Figures) -> bool:
    if step.above is None:
        return False
    limit = step.above.get(figures.currency)
    return limit is None or abs(figures.payable_minor) > limit


def _differs(step: ChainStep, figures: Figures) -> bool:
    """|payable - mean| > variance of |mean|, both times the number of earlier statements: nothing is rounded."""
    if step.variance is None:
        return False
    if not figures.earlier_minor:
        return True
    total = sum(figures.earlier_minor)
    apart = abs(figures.payable_minor * len(figures.earlier_minor) - total)
    return apart > Fraction(step.variance) * abs(total)


def progress(chain: ApprovalChain, figures: Figures, decisions: Sequence[Decision]) -> Progress:
    """The steps that apply with who approved each. `decisions`: those about this revision, in the order of time."""
    approved: dict[int, Decision] = {}
    rejected: Decision | None = None
    for decision in decisions:
        match decision.verdict:
            case Verdict.APPROVED:
                approved.setdefault(decision.step, decision)
            case Verdict.REJECTED:
                rejected = decision
            case Verdict.WITHDRAWN:
                rejected = None
    steps = tuple(
        StepState(index, step, approved.get(index)) for index, step in enumerate(chain.steps) if applies(step, figures)
    )
    return Progress(steps, rejected, frozenset() if chain.same_person else _voices(steps))


def _voices(steps: Sequence[StepState]) -> frozenset[int]:
    """Those who approved a step, and those on whose behalf."""
    voices = [(state.approved.by, state.approved.on_behalf_of) for state in steps if state.approved]
    return frozenset(voice for pair in voices for voice in pair if voice is not None)
