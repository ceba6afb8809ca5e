"""The inputs of one payee's statement, out of those of many: with nothing of others but what decides about her pay."""

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from commissions.engine.bundles.contents import TABLES, by_field, frame_of
from commissions.engine.bundles.needs import Needs, needs_of
from commissions.engine.calculate import Inputs


@dataclass(frozen=True, slots=True)
class Reduced:
    inputs: Inputs
    needs: Needs


def reduced(inputs: Inputs, payee: int) -> Reduced:
    """The part of the inputs from which a calculation makes the same statement of this payee.

    Others on her plan with whom she shares a pool or a spiff are `beside` her; of whoever else has a part in a deal
    there is that part, and the deal.
    """
    needs = needs_of(inputs, payee)
    found = {}
    for table in TABLES:
        frame = frame_of(inputs, table)
        if frame is not None:
            found[table.path] = frame.filter(table.keeps(needs))
    found["deals"] = _read(found["deals"], needs)
    fields: dict[str, Any] = {
        name: _part(getattr(inputs, name), frames) if isinstance(frames, dict) else frames
        for name, frames in by_field(found).items()
    }
    versions = {pk: inputs.versions[pk] for pk in needs.people.versions}
    plans = {pk: inputs.plans[pk] for pk in versions}
    return Reduced(
        replace(inputs, **fields, versions=versions, plans=plans, beside=needs.people.beside - {payee}), needs
    )


def _read(deals: pl.DataFrame, needs: Needs) -> pl.DataFrame:
    return deals.select([column for column in deals.columns if column in needs.deal_columns])


def _part(part: Any, frames: dict[str, pl.DataFrame]) -> Any:  # noqa: ANN401 any of `files.PARTS`
    """With these frames, and of its plans those that they speak of."""
    if not hasattr(part, "versions"):
        return replace(part, **frames)
    said = {pk for frame in frames.values() if "plan_version" in frame.columns for pk in frame["plan_version"]}
    return replace(part, **frames, versions={pk: document for pk, document in part.versions.items() if pk in said})
