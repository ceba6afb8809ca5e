"""The rules of commission, slow and obvious: fractions, one payee, one credit at a time.

Shares nothing with the engine but the document's classes and the tree of an expression.
"""

from tests.commissions.engine.oracle.curve import pay, rounded
from tests.commissions.engine.oracle.expressions import amount_of, holds
from tests.commissions.engine.oracle.facts import (
    TEAMS,
    Assigned,
    Deal,
    Facts,
    Item,
    Leave,
    Member,
    Payment,
    Reports,
    Share,
    Then,
    quota_of,
    window_start,
)
from tests.commissions.engine.oracle.limits import Line
from tests.commissions.engine.oracle.lines import component_lines, lines_of
from tests.commissions.engine.oracle.multiply import kpi_of
from tests.commissions.engine.oracle.scores import score_of

__all__ = [
    "TEAMS",
    "Assigned",
    "Deal",
    "Facts",
    "Item",
    "Leave",
    "Line",
    "Member",
    "Payment",
    "Reports",
    "Share",
    "Then",
    "amount_of",
    "component_lines",
    "holds",
    "kpi_of",
    "lines_of",
    "pay",
    "quota_of",
    "rounded",
    "score_of",
    "window_start",
]
