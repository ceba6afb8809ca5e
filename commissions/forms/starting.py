"""What a button begins a part with, made to fit the component around it; and what goes with a part that goes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from commissions.engine.schema import Component, Credit
from commissions.forms.keys import is_counted
from commissions.forms.places import insert
from core.periods import PeriodKind, period_of

Written = dict[Any, Any]


def begun(part: Written, key: str, starts: Any, today: date) -> Any:  # noqa: ANN401 what a part holds
    """What the entry of a component's key starts it with, as it holds beside what the component says already."""
    match key:
        case "pool":
            _share_a_team(part)
        case "spiff":
            return _days(part, starts, today)
        case "payout" if part.get("measure") == "score":  # no customer pays for it
            return [{"share": "50%", "due": "at_once"}, {"share": "50%", "after": "1 month"}]
        case "cap" | "floor" if is_counted((part,)):
            return {**starts, "per": "deal"}
    return starts


def ended(part: Written, key: str) -> None:
    """Without its pool a component no longer pays everybody for what the whole team sells."""
    credit = part.get("credit")
    if key == "pool" and isinstance(credit, dict) and credit.get("of") == "team":
        del credit["of"]
        if not credit:
            del part["credit"]


def _share_a_team(part: Written) -> None:
    credit = part.get("credit")
    if not isinstance(credit, dict):
        insert(part, "credit", {}, Component)
    insert(part["credit"], "of", "team", Credit)
    if part.get("window", "deal") == "deal":
        insert(part, "window", "month", Component)


def _days(part: Written, starts: Mapping[str, Any], today: date) -> Written:
    """Those of the next month; a number of deals only where each is paid by itself."""
    month = period_of(period_of(today, PeriodKind.MONTH).end, PeriodKind.MONTH)
    days = {"from": month.start, "until": month.end}
    credit = part.get("credit")
    trigger = credit.get("trigger", "booked") if isinstance(credit, dict) else "booked"
    is_apart = part.get("window", "deal") == "deal" and part.get("pays", "money") == "money" and trigger == "booked"
    if not is_apart or "multiply" in part:
        return days
    for limit in (part.get("cap"), part.get("floor")):
        if isinstance(limit, dict):
            limit["per"] = "deal"
    return {**starts, **days}
