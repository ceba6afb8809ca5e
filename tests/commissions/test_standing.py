"""What somebody has earned is computed again as soon as a fact differs, and only then."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from commissions.engine.calculate import Inputs
from commissions.selectors.inputs import gather
from commissions.selectors.standing import earned, same
from core.periods import PeriodKind
from tests.commissions.facts import assign, published, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
YEAR: dict[str, Any] = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}


def read(cast: Cast) -> Inputs:
    return gather(payees=[cast.ana.pk], kinds=list(PeriodKind), **YEAR).inputs


def sum_of(cast: Cast) -> int:
    return int(earned(cast.ana.pk, read(cast), **YEAR).lines["amount"].sum())


def test_a_changed_fact_is_seen_at_once(cast: Cast) -> None:
    version = published()
    assign(version.plan, cast.ana, quota_minor=1_000_00)
    deal = won(cast.ana, date(2026, 1, 10), 100_00)
    assert sum_of(cast) == 5_00
    deal.amount_minor = 200_00
    deal.save()
    assert sum_of(cast) == 10_00
    assign(version.plan, cast.ana, quota_minor=100_00)
    assert sum_of(cast) == 15_00


def test_the_same_facts_are_not_computed_twice(cast: Cast) -> None:
    assign(published().plan, cast.ana, quota_minor=1_000_00)
    won(cast.ana, date(2026, 1, 10), 100_00)
    first, second = (earned(cast.ana.pk, read(cast), **YEAR) for _time in range(2))
    assert first is second


def test_every_input_counts(cast: Cast) -> None:
    assign(published().plan, cast.ana, quota_minor=1_000_00)
    won(cast.ana, date(2026, 1, 10), 100_00)
    inputs = read(cast)
    for each in fields(Inputs):
        other: Any = "something else" if getattr(inputs, each.name) is None else None
        if each.name == "deals":
            other = inputs.deals.with_columns(amount=pl.col("amount") + 1)
        assert not same(inputs, replace(inputs, **{each.name: other})), each.name
