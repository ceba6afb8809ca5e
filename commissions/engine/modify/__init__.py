"""Stage 4, from lines to lines: what multipliers, floors and caps make of them."""

from commissions.engine.modify.around import Around
from commissions.engine.modify.limits import limited
from commissions.engine.modify.multiply import multiplied
from commissions.engine.modify.places import allotted
from commissions.engine.modify.pools import divided, members_of, of_teams, to_members
from commissions.engine.modify.taken_back import taken_back
from commissions.engine.modify.whole_plan import capped_together

__all__ = [
    "Around",
    "allotted",
    "capped_together",
    "divided",
    "limited",
    "members_of",
    "multiplied",
    "of_teams",
    "taken_back",
    "to_members",
]
