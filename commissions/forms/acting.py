"""What a button of the form does to a plan: something more, less, or elsewhere."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from commissions.engine.decimals import canonical, parse_decimal
from commissions.engine.document import load_plan
from commissions.engine.example_checks import PAYABLE
from commissions.engine.examples import example_pay
from commissions.engine.rewrite import data_of
from commissions.engine.schema.plan import first_month_of
from commissions.forms.grid import ONE, deal_days, pays_in_parts
from commissions.forms.kinds import Kind, shapes
from commissions.forms.nodes import Path
from commissions.forms.places import at, path_of, put, shape_at, without
from commissions.forms.rate_tables import add_column, begin_table, end_table, remove_column
from commissions.forms.reshaping import REFERENCE
from commissions.forms.starting import begun, ended, last_of_scores, people_of
from commissions.forms.table import keys_of
from core.periods import PeriodKind, parse_period, period_of

Written = dict[Any, Any]


def acted(text: str, act: str, today: date) -> Written:
    """The data after a button: `add:PATH`, `remove:PATH`, `up:PATH`, `down:PATH`, and for an example `fill:PATH`,
    `expect:PATH:PERIOD` and `people:PATH`.

    Raises LookupError or ValueError where the button is of another text, or nothing can be computed.
    """
    verb, _colon, rest = act.partition(":")
    name, _colon, detail = rest.partition(":")
    data, path = data_of(text), path_of(name)
    match verb:
        case "add":
            _add(data, path, today)
        case "remove" if path[-1] == "columns":
            end_table(at(data, path[:-1]))
        case "remove" if path[-2:-1] == ("columns",):
            remove_column(at(data, path[:-2]), int(path[-1]))
        case "remove":
            without(data, path)
            if _is_of_component(data, path):
                ended(at(data, path[:-1]), str(path[-1]))
        case "up" | "down":
            _move(data, path, -1 if verb == "up" else 1)
        case "fill":
            put(data, (*path, "expect"), _pays_now(text, int(path[1])))
        case "expect":
            _expect(data, at(data, path), detail)
        case "people":
            _more_people(at(data, path))
    return data


def _is_of_component(data: Written, path: Path) -> bool:
    return path[:-2] == ("components",) and isinstance(at(data, path[:-1]), dict)


def _move(data: Written, path: Path, by: int) -> None:
    rows, place = at(data, path[:-1]), int(path[-1])
    if 0 <= place + by < len(rows):
        rows.insert(place + by, rows.pop(place))


def _add(data: Written, path: Path, today: date) -> None:
    """A part as its entry starts it, or another row of a table."""
    shape, there = shape_at(path), at(data, path)
    start = _start(path)
    if not there and _is_of_component(data, path):
        start = begun(at(data, path[:-1]), str(path[-1]), start, today)
    if path[-1] == "columns":
        part = at(data, path[:-1])
        add_column(part) if there else begin_table(part, list(start))
    elif shape.kind is Kind.NAMED:
        names = there or {}
        put(data, (*path, next(f"payee {n}" for n in range(1, 100) if f"payee {n}" not in names)), {})
    elif shape.kind is not Kind.ROWS:
        put(data, path, start or {})
    elif not there:
        put(data, path, list(start) if start else [_row(data, path, [], today)])
    else:
        put(data, path, [*there, _row(data, path, there, today)])


def _start(path: Path) -> Any:  # noqa: ANN401 what a part holds
    model = shape_at(path[:-1]).model
    found = next((key.starts for key in keys_of(model) if key.name == path[-1]), None) if model else None
    return dict(found) if isinstance(found, Mapping) else found


def _row(data: Written, path: Path, rows: list[Any], today: date) -> Written:
    """What a new row says: something that holds, to be changed."""
    makers: Mapping[str, Callable[[], Written]] = {
        "components": lambda: _component(rows),
        "examples": lambda: _example(data, rows, today),
        "objectives": lambda: _objective(rows),
        "curve": lambda: _tier(at(data, path[:-1]), rows),
        "deals": lambda: _deal(rows, at(data, path[:-1]), today),
    }
    if (maker := makers.get(str(path[-1]))) is not None:
        return maker()
    model = shape_at(path).model
    last = rows[-1] if rows and isinstance(rows[-1], dict) else {}
    return dict(last) or dict.fromkeys(shapes(model) if model else (), "")


def _component(rows: list[Any]) -> Written:
    taken = {str(row.get("key")) for row in rows if isinstance(row, dict)}
    number = next(n for n in range(len(taken) + 1, len(taken) + 100) if f"component-{n}" not in taken)
    return {"key": f"component-{number}", "name": _("New component"), "rate": "5%"}


def _objective(rows: list[Any]) -> Written:
    """One more, with the weight that is left; where none is, with half of the last one's."""
    written = [row for row in rows if isinstance(row, dict)]
    taken = {str(row.get("key")) for row in written}
    number = next(n for n in range(len(taken) + 1, len(taken) + 100) if f"objective-{n}" not in taken)
    try:
        weights = [parse_decimal(row.get("weight")) for row in written]
    except ValueError:
        weights = [Decimal(1)]
    left = 1 - sum(weights, Decimal(0))
    if written and left == 0 and weights[-1] > 0:
        left = round(weights[-1] / 2, 4)
        written[-1]["weight"] = _percent(weights[-1] - left)
    name = _("Objective %(n)s") % {"n": number}
    return {"key": f"objective-{number}", "name": name, "weight": _percent(max(left, Decimal(0)))}


def _percent(share: Decimal) -> str:
    return f"{canonical(share * 100)}%"


def _tier(component: Written, rows: list[Any]) -> Written:
    """One more row: as far beyond the last as that is beyond the one before it, and paying the same."""
    last = rows[-1] if rows and isinstance(rows[-1], dict) else {"from": "0"}
    before = rows[-2] if len(rows) > 1 and isinstance(rows[-2], dict) else {}
    measure = component.get("measure", "amount")
    is_quota, is_money = component.get("against") == "quota" or measure == "score", measure == "amount"
    step = 1 if is_quota else REFERENCE if is_money else 10
    start = parse_decimal(last.get("from", "0"))
    gap = start - parse_decimal(before["from"]) if "from" in before else step
    following = start + (gap if gap > 0 else step)
    written = f"{canonical(following * 100)}%" if is_quota else canonical(following)
    kept = {name: list(value) if isinstance(value, list) else value for name, value in last.items() if name != "bonus"}
    return {**kept, "from": written}


def _deal(rows: list[Any], example: Written, today: date) -> Written:
    days = deal_days({"deals": rows})
    taken = {str(row.get("id")) for row in rows if isinstance(row, dict)}
    letters = (
        first + second for first in ("", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ") for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    last = rows[-1] if rows and isinstance(rows[-1], dict) else {}
    deal = {
        "id": next(letter for letter in letters if letter not in taken),
        "closed": days[-1] if days else date(today.year, 1, 15),
        "amount": last.get("amount", "10000"),
    }
    people = example.get("payees")
    return {**deal, "owner": str(next(iter(people)))} if isinstance(people, dict) and people else deal


def _example(data: Written, rows: list[Any], today: date) -> Written:
    """A deal, and nothing expected of it: it fails until somebody says what was agreed."""
    taken = {str(row.get("name")) for row in rows if isinstance(row, dict)}
    names = (_("Example %(n)s") % {"n": n} for n in range(len(rows) + 1, len(rows) + 100))
    people = people_of(data)
    deal = _deal([], people, today)
    kind, first = PeriodKind(str(data.get("period", "month"))), first_month_of(data.get("fiscal_year_starts"))
    last = last_of_scores(data, deal["closed"], first)
    expect = {period_of(last or deal["closed"], kind, first).label: {PAYABLE: "0"}}
    return {
        "name": next(name for name in names if name not in taken),
        **people,
        **({} if last else {"deals": [deal]}),
        "expect": {name: dict(expect) for name in people["payees"]} if "payees" in people else expect,
    }


def _expect(data: Written, example: Written, label: str) -> None:
    """A period more to expect something in: what it pays in all, or by the first component where that isn't settled."""
    is_statement = parse_period(label).kind.value == data.get("period")
    has_terms = "draw" in data or "below_zero" in data or pays_in_parts(data)
    key = PAYABLE if is_statement or not has_terms else str(data["components"][0]["key"])
    expect = example.setdefault("expect", {})
    for inner in list(expect.values()) if "payees" in example else [expect]:
        inner.setdefault(label, {key: "0"})


def _pays_now(text: str, number: int) -> Written:
    """What the plan pays, as an example would expect it: nothing left out but what is 0."""
    document = load_plan(text)
    example = document.examples[number]
    paid = example_pay(document, example)
    found = {
        payee: {
            label: {key: canonical(value) for key, value in amounts.items() if value or key == PAYABLE}
            or {next(iter(amounts)): "0"}
            for label, amounts in periods.items()
        }
        for payee, periods in paid.items()
    }
    return found if example.payees else found[ONE]


def _more_people(example: Written) -> None:
    """From one payee to two: what she had and expects is hers by name."""
    if "payees" in example:
        return
    mine = example.pop("payee", None) or {}
    parts = dict(example)
    example.clear()
    for name, value in parts.items():
        if name == "deals":
            example["payees"] = {ONE: mine, "colleague": dict(mine)}
        example[name] = value
    for deal in example.get("deals") or ():
        if not deal.get("splits"):
            deal.setdefault("owner", ONE)
    example["expect"] = {ONE: example.get("expect") or {}}
