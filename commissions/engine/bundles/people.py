"""Whose facts decide about a payee's pay, beside her own: who shares a pool or a spiff with her."""

from dataclasses import dataclass

import polars as pl

from commissions.engine.calculate import Inputs
from commissions.engine.frames import RELATIONS, empty
from commissions.engine.schema import Of
from commissions.engine.spiffs import has_shared


@dataclass(frozen=True, slots=True)
class People:
    """A payee and those whose facts her statement needs."""

    payee: int
    plans: list[int]  # those that she is on, was on, or will be
    versions: list[int]  # of those plans, where somebody here is on them
    teams: list[int]  # of which she has ever been
    mates: list[int]  # others on her plan who have ever been in one of her teams, where the plan has a pool
    takers: list[int]  # others on her plan, where it has a spiff that all on it share
    shared: list[int]  # those plans

    @property
    def beside(self) -> frozenset[int]:
        return frozenset([*self.mates, *self.takers])

    @property
    def everybody(self) -> list[int]:
        return sorted({self.payee, *self.beside})


def people_of(inputs: Inputs, payee: int) -> People:
    """The payee, and those with whom she shares."""
    own = inputs.assignments.filter(pl.col("payee") == payee)["plan_version"].unique()
    plans = sorted({inputs.plans[version] for version in own})
    teams = _teams(inputs, pl.col("payee") == payee)["team"].unique().drop_nulls().sort().to_list()
    pooled = [plan for plan in plans if _any_of(inputs, plan, "pool")]
    shared = [plan for plan in plans if _any_of(inputs, plan, "spiff")]
    in_teams = _teams(inputs, pl.col("team").is_in(teams))["payee"].unique().to_list()
    on_plan = _on(inputs, pooled).filter(pl.col("payee").is_in(in_teams))
    mates = _others(on_plan, payee)
    takers = _others(_on(inputs, shared), payee)
    concerned = pl.col("payee").is_in([payee, *mates, *takers])
    versions = _on(inputs, plans).filter(concerned)["plan_version"].unique().sort().to_list()
    return People(payee, plans, versions, teams, mates, takers, shared)


def _teams(inputs: Inputs, which: pl.Expr) -> pl.DataFrame:
    """Who was in which team."""
    relations = empty(RELATIONS) if inputs.relations is None else inputs.relations
    itself = (pl.col("of") == Of.TEAM) & (pl.col("payee") == pl.col("source"))
    return relations.filter(itself & which).select("payee", "team")


def _any_of(inputs: Inputs, plan: int, what: str) -> bool:
    """Whether a version of the plan has a pool, or a spiff that all on it share."""
    documents = [inputs.versions[version] for version, of in inputs.plans.items() if of == plan]
    if what == "pool":
        return any(part.pool for document in documents for part in document.components)
    return any(map(has_shared, documents))


def _on(inputs: Inputs, plans: list[int]) -> pl.DataFrame:
    versions = [version for version, plan in inputs.plans.items() if plan in plans]
    return inputs.assignments.filter(pl.col("plan_version").is_in(versions))


def _others(assignments: pl.DataFrame, payee: int) -> list[int]:
    return assignments.filter(pl.col("payee") != payee)["payee"].unique().sort().to_list()
