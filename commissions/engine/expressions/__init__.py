"""The small language of `when` and `base`: typed, exact, and bounded in length and depth."""

from commissions.engine.expressions.build import ExpressionError
from commissions.engine.expressions.compile import Scaled, compile_base, compile_condition
from commissions.engine.expressions.fields import FIELDS
from commissions.engine.expressions.nodes import columns_of
from commissions.engine.expressions.parse import parse_base, parse_by, parse_condition

__all__ = [
    "FIELDS",
    "ExpressionError",
    "Scaled",
    "columns_of",
    "compile_base",
    "compile_condition",
    "parse_base",
    "parse_by",
    "parse_condition",
]
