"""Stage 4, from lines to lines: what multipliers, floors and caps make of them."""

from commissions.engine.modify.around import Around
from commissions.engine.modify.caps import cap, uncapped
from commissions.engine.modify.multiply import multiplied

__all__ = ["Around", "cap", "multiplied", "uncapped"]
