"""Who has to approve a statement, in which order, and how far that has come. People are ids, amounts minor units."""

from commissions.engine.approval.chain import (
    DEFAULT_CHAIN,
    MOST_STEPS,
    ApprovalChain,
    ChainStep,
    Who,
    chain_from_json,
    chain_to_json,
)
from commissions.engine.approval.people import (
    Authority,
    Candidates,
    People,
    Refusal,
    authority,
    candidates,
    may_withdraw,
)
from commissions.engine.approval.progress import Decision, Figures, Progress, StepState, Verdict, applies, progress

__all__ = [
    "DEFAULT_CHAIN",
    "MOST_STEPS",
    "ApprovalChain",
    "Authority",
    "Candidates",
    "ChainStep",
    "Decision",
    "Figures",
    "People",
    "Progress",
    "Refusal",
    "StepState",
    "Verdict",
    "Who",
    "applies",
    "authority",
    "candidates",
    "chain_from_json",
    "chain_to_json",
    "may_withdraw",
    "progress",
]
