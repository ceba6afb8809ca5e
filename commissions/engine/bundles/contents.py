"""Which frames a calculation reads, and the file of each: a new frame of `Inputs` is one entry here."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from commissions.engine import frames
from commissions.engine.bundles.needs import Needs
from commissions.engine.bundles.table import Table
from commissions.engine.calculate import Inputs


def _own(needs: Needs) -> pl.Expr:
    return pl.col("payee") == needs.payee


def _everybody(needs: Needs) -> pl.Expr:
    return pl.col("payee").is_in(needs.people.everybody)


def _of_deals(needs: Needs) -> pl.Expr:
    return pl.col("deal").is_in(needs.deals)


def _of_plans(needs: Needs) -> pl.Expr:
    return pl.col("plan").is_in(needs.people.plans)


def _sharers(needs: Needs) -> pl.Expr:
    return pl.col("payee").is_in(needs.sharers)


def _on_versions(needs: Needs) -> pl.Expr:
    return _everybody(needs) & pl.col("plan_version").is_in(needs.people.versions)


def _of_teams(needs: Needs) -> pl.Expr:
    return pl.col("payee").is_in(needs.people.teams) & _of_plans(needs)


def _granted(needs: Needs) -> pl.Expr:
    return _of_plans(needs) & (_own(needs) | pl.col("plan").is_in(needs.people.shared))


def _converting(needs: Needs) -> pl.Expr:
    return pl.col("source").is_in(needs.currencies)


TABLES = (
    Table("deals.csv", "deals", frames.DEALS, "the deals, with what plans read of them", _of_deals, has_custom=True),
    Table("shares.csv", "shares", frames.SHARES, "who has which part of a deal, in millionths", _of_deals),
    Table("items.csv", "items", frames.ITEMS, "the lines of the deals", _of_deals),
    Table("payments.csv", "payments", frames.PAYMENTS, "what customers paid for the deals", _of_deals),
    Table("credited.csv", "credited", frames.CREDITED,
          "who shared a deal when a closed statement credited it, where others share it now", _of_deals),
    Table("assignments.csv", "assignments", frames.ASSIGNMENTS, "who is on which version of a plan, and when",
          _on_versions),
    Table("tenures.csv", "tenures", frames.TENURES, "who is on which plan, whatever its versions", _own),
    Table("quotas.csv", "quotas", frames.QUOTAS, "quotas and target incentives", _own),
    Table("team_quotas.csv", "team_quotas", frames.QUOTAS, "quotas of teams; `payee` is the team", _of_teams),
    Table("kpis.csv", "kpis", frames.KPIS, "values of KPIs, in millionths", _own),
    Table("scores.csv", "scores", frames.SCORES, "what managers gave, in millionths", _own),
    Table("leaves.csv", "leaves", frames.LEAVES, "when people were away", _everybody),
    Table("relations.csv", "relations", frames.RELATIONS, "whose deals count for somebody else, and when", _everybody),
    Table("payees.csv", "payees", frames.PAYEES, "whose the numbers of payees are", _sharers),
    Table("rates.csv", "rates", frames.RATES, "exchange rates, times 10^12", _converting),
    Table("balances.csv", "balances", frames.BALANCES, "what the statement before left owed", _own),
    Table("granted.csv", "granted.lines", frames.GRANTED, "what closed statements have paid of SPIFFs", _granted),
    Table("granted_days.csv", "granted.days", frames.GRANTED_DAYS, "the days of those statements", _of_plans),
    Table("earlier_lines.csv", "earlier.lines", frames.EARLIER, "what earlier statements earned that may still move",
          _own),
    Table("earlier_released.csv", "earlier.released", frames.RELEASED, "what earlier statements paid of that", _own),
    Table("earlier_payments.csv", "earlier.payments", frames.PAYMENTS, "what customers paid for those deals",
          lambda needs: pl.col("deal").is_in([*needs.deals, *needs.earlier_deals, *needs.true_up_deals])),
    Table("true_ups.csv", "true_ups.lines", frames.LINES, "what closed periods would pay now, less what they paid",
          _own),
    Table("true_up_deals.csv", "true_ups.deals", frames.TRUE_UP_DEALS, "the deals of those",
          lambda needs: pl.col("deal").is_in(needs.true_up_deals)),
)  # fmt: skip


def frame_of(inputs: Inputs, table: Table) -> pl.DataFrame | None:
    """The table's frame; None where these inputs have none."""
    name, _dot, part = table.path.partition(".")
    found = getattr(inputs, name)
    frame: pl.DataFrame | None = getattr(found, part) if part and found is not None else found
    return frame


def by_field(found: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Frames by their paths as the fields of `Inputs`: a frame, or the frames of a part by their names."""
    fields: dict[str, Any] = {}
    for path, frame in found.items():
        name, _dot, part = path.partition(".")
        if part:
            fields.setdefault(name, {})[part] = frame
        else:
            fields[name] = frame
    return fields
