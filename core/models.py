"""Pieces of schema that every app uses. No tables."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import F, Func, Value


def no_overlap(*keys: str, name: str, during: str = "during") -> ExclusionConstraint:
    """Let the database refuse two rows of one key (foreign-key columns) whose date ranges overlap.

    An id is written as a range of itself, so that the server needs no btree_gist.
    """
    same_key = [(_point(key), RangeOperators.OVERLAPS) for key in keys]
    return ExclusionConstraint(name=name, expressions=[*same_key, (during, RangeOperators.OVERLAPS)])


def _point(key: str) -> Func:
    return Func(F(key), F(key), Value("[]"), function="int8range")
