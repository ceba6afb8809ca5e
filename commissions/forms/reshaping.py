"""When a component pays in another way, what it said becomes what it says next, as near as that goes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from commissions.engine.decimals import canonical, parse_decimal
from commissions.engine.schema import Component, Step
from commissions.forms.places import insert
from commissions.forms.rate_tables import divide_otherwise

Written = dict[Any, Any]
REFERENCE = Decimal(100_000)  # between an amount and a share of a quota that nobody has said yet
_POINTS = ("interpolated", "stepped")
_BLOCK = ("pay_per_block", "block")


def reshaped(data: Written, before: Mapping[Any, Any]) -> None:
    """Change each component whose tiers, measure or thresholds became others than `before`."""
    rows, were = data.get("components"), before.get("components")
    if not isinstance(rows, list) or not isinstance(were, list):
        return
    for part, was in zip(rows, were, strict=False):
        if isinstance(part, dict) and isinstance(was, dict):
            _component(part, was)


def _component(part: Written, was: Mapping[Any, Any]) -> None:
    tiers, measure = str(part.get("tiers", "flat")), str(part.get("measure", "amount"))
    if measure != (before := was.get("measure", "amount")):
        if measure == "score":
            _count_scores(part)
            return
        if before == "score":
            _count_deals_again(part)
        _count_other_things(part, measure)
    if part.get("against", "amount") != was.get("against", "amount"):
        _measure_against(part)
    if part.get("by") != was.get("by") and "columns" in part:
        divide_otherwise(part)
    if tiers != was.get("tiers", "flat"):
        _pay_otherwise(part, tiers, measure)


def _count_scores(part: Written) -> None:
    """A score has no deals, and pays a target: 1 % of it for each per cent."""
    for key in ("when", "base", "credit", "against", "pay_per_unit", "curve", "starts_when", "tiers"):
        part.pop(key, None)
    if part.get("window", "deal") == "deal":
        insert(part, "window", "quarter", Component)
    insert(part, "pays", "target", Component)
    insert(part, "rate", "100%", Component)


def _count_deals_again(part: Written) -> None:
    for key in ("objectives", "pays", "weight", "rate", "curve", "starts_when", "tiers"):
        part.pop(key, None)
    insert(part, "rate", "5%", Component)


def _count_other_things(part: Written, measure: str) -> None:
    old, new, value = ("rate", "pay_per_unit", "25") if measure != "amount" else ("pay_per_unit", "rate", "5%")
    for row in [part, *_rows(part)]:
        if old in row:
            insert(row, new, value, Component if row is part else Step)
            del row[old]
        if "rates" in row:
            row["rates"] = [value] * len(row["rates"])
    if measure != "amount":
        part.pop("base", None)
        if part.pop("against", "amount") == "quota":
            _measure_against(part)


def _measure_against(part: Written) -> None:
    """Thresholds as shares where they were amounts, or the other way round."""
    is_quota = part.get("against") == "quota"
    if is_quota and part.get("window", "deal") == "deal":
        insert(part, "window", "quarter", Component)
    for row in _rows(part):
        row["from"] = _share(row.get("from")) if is_quota else _amount(row.get("from"))
    for row in (row for row in [part, *_rows(part)] if "block" in row):
        row["block"] = _share(row["block"]) if is_quota else _amount(row["block"])


def _share(value: Any) -> Any:  # noqa: ANN401 of YAML
    number = _number(value)
    if number is None or str(value).endswith("%"):
        return value
    return f"{canonical(number * 100 / REFERENCE)}%"


def _amount(value: Any) -> Any:  # noqa: ANN401 of YAML
    number = _number(value)
    return value if number is None else canonical(number * REFERENCE if str(value).endswith("%") else number)


def _number(value: object) -> Decimal | None:
    try:
        return parse_decimal(value)
    except ValueError:
        return None


def _pay_otherwise(part: Written, tiers: str, measure: str) -> None:
    price = "rate" if measure in ("amount", "score") else "pay_per_unit"
    usual: Any = "100%" if measure == "score" else "5%" if price == "rate" else "25"
    rows = _rows(part)
    if tiers in _POINTS:
        for row in [part, *rows]:
            for key in ("by", "columns", "rates", *_BLOCK):
                row.pop(key, None)
    elif "columns" in part:
        price, usual = "rates", [usual] * len(part["columns"])
    if tiers == "flat":
        part.pop("curve", None)
        part.pop("starts_when", None)
        blocks = next((row for row in rows[:1] if "block" in row), None)
        kept = blocks or {price: next((row[price] for row in rows if price in row), usual)}
        for key in [key for key in (price, *_BLOCK) if key in kept]:
            insert(part, key, kept[key], Component)
        return
    first = {key: part.pop(key) for key in _BLOCK if key in part}
    first = {price: part.pop(price, usual)} if "block" not in first else first
    if part.get("window") is None:
        insert(part, "window", "quarter", Component)
    if tiers == "interpolated":
        part.pop("starts_when", None)
    curve = _points(rows, part, measure) if tiers in _POINTS else _tiers(rows, price, first)
    insert(part, "curve", curve, Component)


def _tiers(rows: list[Written], price: str, first: Written) -> list[Written]:
    """Rows with rates or blocks. Those that paid amounts get what there was."""
    kept = [{name: value for name, value in row.items() if name != "pay"} for row in rows]
    return [row if {price, "block"} & row.keys() else {**first, **row} for row in kept] or [{"from": "0", **first}]


def _points(rows: list[Written], part: Written, measure: str) -> list[Written]:
    """Rows with amounts, two or more."""
    on_target = part.get("pays") == "target"
    pays = ((f"{100 * n}%" if on_target else str(1000 * n)) for n in range(len(rows)))
    kept = [{"from": row.get("from", "0"), "pay": row.get("pay", pay)} for row, pay in zip(rows, pays, strict=True)]
    kept = kept or [{"from": "0", "pay": "0"}]
    if len(kept) == 1:
        by_share = part.get("against") == "quota" or measure == "score"
        further = "100%" if by_share else canonical(REFERENCE) if measure == "amount" else "10"
        kept.append({"from": further, "pay": "100%" if on_target else "1000"})
    return kept


def _rows(part: Written) -> list[Written]:
    curve = part.get("curve")
    return [row for row in curve if isinstance(row, dict)] if isinstance(curve, list) else []
