"""Reading people and teams as of a day, and the history of any row."""

from accounts.selectors.history import FieldChange, created_with, deleted_of, history_of
from accounts.selectors.people import (
    TeamNode,
    direct_reports,
    leave_history,
    manager_history,
    people,
    team_history,
    team_ids_below,
    team_tree,
)
from accounts.selectors.tokens import tokens_of

__all__ = [
    "FieldChange",
    "TeamNode",
    "created_with",
    "deleted_of",
    "direct_reports",
    "history_of",
    "leave_history",
    "manager_history",
    "people",
    "team_history",
    "team_ids_below",
    "team_tree",
    "tokens_of",
]
