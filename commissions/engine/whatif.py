"""What a plan would have paid: the stages of a calculation from the first one that a change touches.

Credits, and what components count of them, know no rate, no threshold and no cap. `prepare` keeps them; `repriced` and
`pay` go on from there. Both are made of the parts of `calculate`, and equal it: where a document says anything that
this module doesn't know to be a matter of the later stages, everything is computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from commissions.engine.accumulate import Clause
from commissions.engine.calculate import (
    Credited,
    Inputs,
    Part,
    Result,
    calculate,
    credited,
    finished,
    measured_parts,
    with_surroundings,
)
from commissions.engine.component import component_lines
from commissions.engine.events import reaches_back
from commissions.engine.frames import QuotaKind
from commissions.engine.schema import Against, Pays, PlanDocument

_APART = {"plan", "examples", "draw", "below_zero", "on_leaving"}  # of a document: no line comes from them
# Of a component: of stage 3 and after.
_LATER = {"name", "tiers", "starts_when", "pays", "weight", "multiply", "payout"}
_LATER |= {"rate", "rates", "pay_per_unit", "pay_per_block", "block", "curve"}
_KNOWN = _APART | {"format", "currency", "period", "fiscal_year_starts", "rounding", "components", "clawback", "leave"}
_COUNTING = {"key", "credit", "when", "by", "columns", "base", "measure", "objectives", "window", "against"}
_COUNTING |= {"cap", "floor", "spiff", "repeats", "pool"}
_KNOWN_OF_COMPONENT = _LATER | _COUNTING


@dataclass(frozen=True, slots=True)
class Prepared:
    """A calculation of a range that has come as far as rates, thresholds and caps play no part."""

    inputs: Inputs
    start: date
    end: date
    found: Credited
    parts: tuple[Part, ...]
    factor: Fraction = Fraction(1)  # of everybody's quotas

    @property
    def bytes(self) -> int:
        """Roughly what it keeps in memory; frames that share columns are counted once for each."""
        facts = [self.inputs.deals, self.inputs.shares, self.inputs.quotas, self.inputs.assignments]
        facts += [] if self.inputs.items is None else [self.inputs.items]
        frames = (*facts, *self.found.by_version.values(), *(part.measured for part in self.parts))
        return sum(int(frame.estimated_size()) for frame in frames)


def prepare(inputs: Inputs, *, start: date, end: date) -> Prepared:
    """Stage 1, and stage 2 as far as it can go. Raises AmountTooLarge."""
    found = credited(inputs, start=start, end=end)
    return Prepared(inputs, start, end, found, tuple(measured_parts(inputs, found, start)))


def adapted(prepared: Prepared, versions: Mapping[int, PlanDocument]) -> Prepared:
    """The same range under other documents: what is prepared is kept, unless they count other things than before.

    The inputs must hold what the documents read: `history_start` and `deal_columns` say what that is.
    """
    inputs = replace(prepared.inputs, versions=versions)
    if counted(versions) != counted(prepared.inputs.versions):
        return replace(prepare(inputs, start=prepared.start, end=prepared.end), factor=prepared.factor)
    parts = tuple(replace(part, clauses=_under(versions, part)) for part in prepared.parts)
    return replace(prepared, inputs=inputs, parts=parts)


def _under(versions: Mapping[int, PlanDocument], part: Part) -> dict[int, Clause]:
    return {
        pk: replace(clause, document=versions[pk], component=versions[pk].component(part.key))
        for pk, clause in part.clauses.items()
    }


def counted(versions: Mapping[int, PlanDocument]) -> dict[int, dict[str, Any]]:
    """All that documents say but for what comes after counting: the same here, the same credits."""
    return {pk: _counted(document) for pk, document in versions.items()}


def _counted(document: PlanDocument) -> dict[str, Any]:
    said = document.model_dump(exclude=_APART)
    for component in said["components"]:
        for key in _LATER:
            component.pop(key, None)
        for limit in filter(None, (component["cap"], component["floor"])):
            limit.pop("amount")  # its window stays, for it says how far back lines are needed
    return said


def with_quotas(prepared: Prepared, factor: Fraction) -> Prepared:
    """The quotas of everybody and of teams times a factor, to the nearest minor unit; a half goes up. Target incentives
    stay.
    """
    if factor == 1:
        return prepared
    top = pl.col("quota").cast(pl.Int128()) * (2 * factor.numerator) + factor.denominator
    is_quota = pl.col("kind") != QuotaKind.TARGET
    moved = pl.when(is_quota).then((top // (2 * factor.denominator)).cast(pl.Int64())).otherwise("quota")
    quotas, of_teams = prepared.inputs.quotas, prepared.inputs.team_quotas
    scaled = replace(
        prepared.inputs,
        quotas=quotas.with_columns(quota=moved),
        team_quotas=None if of_teams is None else of_teams.with_columns(quota=moved),
    )
    return replace(prepared, inputs=scaled, factor=prepared.factor * factor)


def repriced(prepared: Prepared) -> Result:
    """What `calculate` gives for the same inputs and range, from the prepared stages on. Raises AmountTooLarge."""
    reach = {"start": prepared.start, "end": prepared.end}
    if not _knows(prepared.inputs.versions):
        return calculate(prepared.inputs, **reach)
    return finished(prepared.inputs, prepared.found, prepared.parts, **reach)


def _lines(prepared: Prepared, part: Part) -> tuple[pl.DataFrame, pl.DataFrame]:
    reach = {"start": prepared.start, "end": prepared.end}
    surrounded = with_surroundings(prepared.inputs, prepared.found, prepared.parts, **reach)
    around = next(around for other, around in surrounded if other.plan == part.plan)
    priced, told = component_lines(part.measured, part.key, part.clauses, around)
    mine = ~pl.col("payee").is_in(prepared.inputs.beside)
    return priced.filter((pl.col("date") < prepared.end) & mine), told


def _current(prepared: Prepared) -> pl.DataFrame:
    reaches = (pl.col("start") < prepared.end) & (pl.col("end").is_null() | (pl.col("end") > prepared.start))
    return prepared.found.assignments.filter(reaches & ~pl.col("payee").is_in(prepared.inputs.beside))


def _knows(versions: Mapping[int, PlanDocument]) -> bool:
    """Whether the documents say nothing but what this module was written for."""
    said = [document.model_dump(exclude_defaults=True) for document in versions.values()]
    parts = [component for document in said for component in document["components"]]
    if any(map(reaches_back, versions.values())):  # what is taken back is asked of the lines of all components
        return False
    return all(document.keys() <= _KNOWN for document in said) and all(
        part.keys() <= _KNOWN_OF_COMPONENT for part in parts
    )


def pay(prepared: Prepared, known: dict[Any, pl.DataFrame]) -> pl.DataFrame:
    """(payee, pay) of everybody who is on the plans in the range, by payee; pay is Int64 minor units.

    `known` remembers, for these facts, what each component pays under each of its settings; the caller bounds it.
    """
    people = _current(prepared).select("payee").unique().sort("payee")
    earned = [pl.DataFrame(schema={"payee": pl.Int64(), "pay": pl.Int64()}), *_earned(prepared, known)]
    sums = pl.concat(earned).group_by("payee").agg(pl.col("pay").sum())
    return people.join(sums, on="payee", how="left", maintain_order="left").with_columns(pl.col("pay").fill_null(0))


def _earned(prepared: Prepared, known: dict[Any, pl.DataFrame]) -> list[pl.DataFrame]:
    if not _knows(prepared.inputs.versions):
        return [_by_payee(calculate(prepared.inputs, start=prepared.start, end=prepared.end).lines)]
    found = []
    for part in prepared.parts:
        settings = _settings(prepared, part)
        paid = known.get(settings)
        if paid is None:
            paid = known[settings] = _by_payee(_lines(prepared, part)[0])
        found.append(paid)
    return found


def _by_payee(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.group_by("payee").agg(pay=pl.col("amount").sum())


def _settings(prepared: Prepared, part: Part) -> tuple[Any, ...]:
    """What a component's pay depends on, over the same facts."""
    own = tuple(
        (
            pk,
            clause.component.model_dump_json(exclude={"name", "payout"}),
            clause.document.currency,
            clause.document.rounding,
        )
        for pk, clause in part.clauses.items()
    )
    read = [
        clause.document.component(clause.component.multiply.component)
        for clause in part.clauses.values()
        if clause.component.multiply and clause.component.multiply.component
    ]
    all_parts = [*(clause.component for clause in part.clauses.values()), *read]
    against_quota = any(component.against is Against.QUOTA for component in all_parts)
    others = tuple(component.model_dump_json(exclude={"name"}) for component in read)
    weighed = tuple(_has_target_alone(clause) for clause in part.clauses.values())
    return (part.plan, part.key, own, others, prepared.factor if against_quota else None, weighed)


def _has_target_alone(clause: Clause) -> bool:
    """Whether no other component pays shares of a target: then the plan's is this one's."""
    return sum(part.pays is Pays.TARGET for part in clause.document.components) == 1
