"""What a button begins a part with, made to fit the component around it; and what goes with a part that goes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from commissions.engine.schema import Component, Credit
from commissions.forms.grid import ONE
from commissions.forms.keys import is_counted
from commissions.forms.places import insert
from commissions.forms.reshaping import REFERENCE
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


def people_of(data: Written) -> Written:
    """Those of a new example: a payee with all that the plan looks at, and whom it pays through others."""
    parts = _components(data)
    payee: Written = {}
    if any(part.get("against") == "quota" and "pool" not in part for part in parts):
        payee["quota"] = str(REFERENCE)
    if any(part.get("pays") == "target" for part in parts):
        payee["target"] = str(REFERENCE / 10)
    if scores := {str(part.get("key")): "100%" for part in parts if _is_score(part)}:
        payee["scores"] = scores
    of = {str(part["credit"].get("of")) for part in parts if isinstance(part.get("credit"), dict)}
    if "reports" in of:
        return {"payees": {ONE: {**payee, "reports_to": "manager"}, "manager": dict(payee)}}
    if "team" in of:
        by_quota = any(part.get("against") == "quota" and "pool" in part for part in parts)
        return {
            "payees": {ONE: payee, "colleague": dict(payee)},
            "teams": {"team": [ONE, "colleague"]},
            **({"team_quotas": {"team": str(REFERENCE)}} if by_quota else {}),
        }
    return {"payee": payee} if payee else {}


def last_of_scores(data: Written, day: date, first: int) -> date | None:
    """Of a plan of scores alone, which has no deals: the day on which the first score of that time counts."""
    parts = _components(data)
    if not parts or not all(map(_is_score, parts)):
        return None
    window = period_of(day, PeriodKind(str(parts[0].get("window", "month"))), first)
    return window.end - timedelta(days=1)


def _is_score(part: Written) -> bool:
    return part.get("measure") == "score"


def _components(data: Written) -> list[Written]:
    return [part for part in data.get("components") or () if isinstance(part, dict)]
