"""Pieces of schema that every app uses. No tables."""

from collections.abc import Sequence

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import F, Func, Value


def no_overlap(*keys: str, name: str, texts: Sequence[str] = (), during: str = "during") -> ExclusionConstraint:
    """Let the database refuse two rows of one key (foreign-key columns, and columns of text) whose date ranges overlap.

    An id is written as a range of itself, so that the server needs no btree_gist; a text as one of its 64-bit hash.
    """
    points = [*(_point(F(key)) for key in keys), *(_point(_hash(text)) for text in texts)]
    same_key = [(point, RangeOperators.OVERLAPS) for point in points]
    return ExclusionConstraint(name=name, expressions=[*same_key, (during, RangeOperators.OVERLAPS)])


def _point(number: F | Func) -> Func:
    return Func(number, number, Value("[]"), function="int8range")


def _hash(text: str) -> Func:
    return Func(F(text), Value(0), function="hashtextextended")
