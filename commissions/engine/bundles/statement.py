"""A payee's statements of a period in one form, however they came about: computed again, or read where they stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

from commissions.engine.computed import Computed
from commissions.engine.frames import LINES, RELEASES, SETTLEMENTS, Schema

ADJUSTMENTS: Final[Schema] = {  # what people added to pay, or took from it, beside what plans pay
    "payee": pl.Int64(),
    "currency": pl.String(),
    "number": pl.Int64(),
    "kind": pl.String(),
    "amount": pl.Int64(),  # minor units
    "reason": pl.String(),
}
# What stands of a line: y0 and y1 are read from its plan, and the plan follows from its version.
LINE: Final = tuple(name for name in LINES if name not in ("payee", "plan", "y0", "y1"))
_SETTLEMENT: Final = tuple(name for name in SETTLEMENTS if name != "payee")
_RELEASE: Final = tuple(name for name in RELEASES if name not in ("payee", "plan"))
Statements = dict[str, Any]  # as JSON


def statements(computed: Computed, adjustments: pl.DataFrame) -> dict[int, Statements]:
    """By payee: her statements by currency, each with its lines, its settlements, what waits, and what was added; and
    why credits didn't count.
    """
    lines = computed.lines.with_columns(seq=_places())
    parts = {
        "lines": _rows(lines.sort("seq", "component"), LINE),
        "settlements": _rows(computed.settlements.sort("plan", "plan_version"), _SETTLEMENT),
        "releases": _rows(computed.releases.sort(_RELEASE, nulls_last=True), _RELEASE),
        "adjustments": _rows(adjustments.sort("number"), tuple(ADJUSTMENTS)[2:]),
    }
    found: dict[int, Statements] = defaultdict(lambda: {"statements": {}, "notices": []})
    totals = {(row["payee"], row["currency"]): row for row in computed.totals.iter_rows(named=True)}
    for key in sorted({*totals, *parts["adjustments"]}):
        own = {name: rows.get(key, []) for name, rows in parts.items()}
        total, payable = (totals[key][name] if key in totals else 0 for name in ("total", "payable"))
        adjusted = sum(row["amount"] for row in own["adjustments"])
        found[key[0]]["statements"][key[1]] = {
            "total": total, "adjusted": adjusted, "payable": payable + adjusted, **own
        }  # fmt: skip
    for row in computed.notices.sort("code", "detail", "deal", nulls_last=True).iter_rows(named=True):
        if row["payee"] in found:  # who has no statement has nowhere to read them
            found[row["payee"]]["notices"].append({name: row[name] for name in ("deal", "code", "detail")})
    return dict(found)


def _places() -> pl.Expr:
    """The credit's place in its statement, from 0, whatever else was computed with it."""
    return pl.col("seq").rank("dense").over("payee", "currency").cast(pl.Int64()) - 1


def _rows(frame: pl.DataFrame, names: Iterable[str]) -> dict[tuple[int, str], list[dict[str, Any]]]:
    kept = list(names)
    dates = [name for name in kept if frame.schema[name] == pl.Date]
    texts = frame.select("payee", "currency", *kept).with_columns(pl.col(dates).dt.to_string("%Y-%m-%d"))
    found: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for payee, currency, *values in texts.iter_rows():
        found[payee, currency].append(dict(zip(kept, values, strict=True)))
    return found


def differences(stands: object, recomputed: object, where: str = "") -> list[str]:
    """Each place where the two differ, with both values.

    >>> differences({"lines": [{"amount": 5}]}, {"lines": [{"amount": 6}]})
    ['lines[0].amount: 5 stands, 6 is computed']
    """
    if isinstance(stands, Mapping) and isinstance(recomputed, Mapping):
        names = sorted({*stands, *recomputed}, key=str)
        pairs = [(f"{where}.{name}" if where else str(name), stands.get(name), recomputed.get(name)) for name in names]
    elif isinstance(stands, list) and isinstance(recomputed, list):
        longest = range(max(len(stands), len(recomputed)))
        pairs = [(f"{where}[{index}]", _at(stands, index), _at(recomputed, index)) for index in longest]
    else:
        same = type(stands) is type(recomputed) and stands == recomputed
        return [] if same else [f"{where}: {_told(stands)} stands, {_told(recomputed)} is computed"]
    return [each for name, one, other in pairs for each in differences(one, other, name)]


def _at(rows: list[object], index: int) -> object:
    return rows[index] if index < len(rows) else None


def _told(value: object) -> str:
    if value is None:
        return "nothing"
    return f"a row ({len(value)} values)" if isinstance(value, Mapping | list) else str(value)
