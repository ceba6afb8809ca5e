"""What two people of the demo company ask finance about the last month."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Missing:
    """A deal that a rep looks for in her statement."""

    deal: str
    customer: str
    claimed_minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class Bonus:
    """What a manager would add to a rep's pay. Minor units of the statement's currency."""

    minor: int
    reason: str


MISSING = Missing(
    deal="POS rollout, second branch",
    customer="PT Sumber Rejeki",
    claimed_minor=1_250_000_00,
    reason="I signed the second branch on the last working day of the month. It isn't in my statement.",
)
BONUS = Bonus(minor=2_500_000_00, reason="Trained the two new colleagues in Jakarta beside her own targets.")
