"""Who reports to whom in an example, who is in which team and who is away: for the engine, and whether it can be so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from commissions.engine.errors import PlanError
from commissions.engine.schema import Component, Credit, Example, Leave, Member, Of, ReportsTo
from commissions.engine.words import told


@dataclass(frozen=True, slots=True)
class _Line:
    """A reporting line, or a membership: from a day to before another, which is null where it is open."""

    person: str
    to: str
    start: date
    end: date | None
    path: str


def relations_of(example: Example, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """Rows of RELATIONS."""
    lines = _lines(example)
    teams = {name: number for number, name in enumerate(example.teams)}
    found: list[tuple[str, str, str, int | None, int | None, date, date | None]] = [
        (below.to, below.person, Of.REPORTS.value, depth, None, below.start, below.end)
        for name in example.people
        for depth, below in _below(lines, name, _Line(name, name, date.min, None, ""), 0)
    ]
    for one in (members := _memberships(example)):
        together = (_both(one, other) for other in members if one.to == other.to)
        found += [
            (one.person, mate.person, Of.TEAM.value, None, teams[one.to], mate.start, mate.end)
            for mate in together
            if mate
        ]
    columns = ("payee", "source", "of", "depth", "team", "start", "end")
    return [dict(zip(columns, (numbers[payee], numbers[source], *rest), strict=True)) for payee, source, *rest in found]


def leaves_of(example: Example, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """Rows of LEAVES."""
    return [
        {"payee": numbers[name], "start": row.from_ or date.min, "end": row.until}
        for name, payee in example.people.items()
        for row in payee.leave
    ]


def check_credit(component: Component, path: str) -> Iterator[PlanError]:
    credit: Credit = component.credit
    if credit.depth is None:
        return
    if credit.of is not Of.REPORTS:
        where = f"{path}.credit.depth"
        yield PlanError(where, told("Only reports have levels. Add `of: reports`, or remove `depth`."))
    if len(set(credit.depth)) < len(credit.depth):
        where = f"{path}.credit.depth"
        yield PlanError(where, told("A level stands here twice. Write each once, such as [1, 2]."))


def check_people(example: Example, path: str) -> Iterator[PlanError]:
    """Errors of reporting lines and teams."""
    lines, members, leaves = _lines(example), _memberships(example), _leaves(example)
    yield from _known(lines, example, path)
    for line in members:
        if line.person not in example.people:
            yield _unknown(line.person, example, f"{path}.{line.path}")
    for line in (*lines, *members, *leaves):
        if line.end is not None and line.end <= line.start:
            said = told("It ends before it begins. Write `until` as a day after `from`.")
            yield PlanError(f"{path}.{line.path}", said)
    for one, other in _overlapping(lines):
        said = told(
            "%(name)s reports to %(manager)s on some of these days. Let one line end before the next begins.",
            name=one.person,
            manager=one.to,
        )
        yield PlanError(f"{path}.{other.path}", said)
    for one, other in _overlapping(leaves):
        said = told("%(name)s is on leave on these days already. Write each day once.", name=one.person)
        yield PlanError(f"{path}.{other.path}", said)
    yield from _circles(example, lines, path)


def _known(lines: Iterable[_Line], example: Example, path: str) -> Iterator[PlanError]:
    for line in lines:
        if line.to not in example.people:
            yield _unknown(line.to, example, f"{path}.{line.path}")


def _unknown(name: str, example: Example, path: str) -> PlanError:
    known = ", ".join(example.people)
    return PlanError(path, told("%(name)s isn't a payee of this example. Known: %(known)s.", name=name, known=known))


def _overlapping(lines: Iterable[_Line]) -> Iterator[tuple[_Line, _Line]]:
    for one, other in combinations(lines, 2):
        if one.person == other.person and _both(one, other):
            yield one, other


def _circles(example: Example, lines: list[_Line], path: str) -> Iterator[PlanError]:
    """The first line that leads back to where it began."""
    for name in example.people:
        for _depth, below in _below(lines, name, _Line(name, name, date.min, None, ""), 0):
            if below.person == name:
                said = told(
                    "%(name)s would report to herself or himself through others. Change one of the reporting lines.",
                    name=name,
                )
                yield PlanError(f"{path}.payees.{name}.reports_to", said)
                return


def _below(lines: list[_Line], payee: str, at: _Line, depth: int) -> Iterator[tuple[int, _Line]]:
    """(depth, line) of everybody below, with the days on which the whole way holds; a circle ends where it closes."""
    for line in lines:
        if line.to == at.person and (way := _both(at, line)):
            yield depth + 1, _Line(line.person, payee, way.start, way.end, line.path)
            if line.person != payee and depth < len(lines):
                yield from _below(lines, payee, _Line(line.person, payee, way.start, way.end, ""), depth + 1)


def _both(one: _Line, other: _Line) -> _Line | None:
    """The second one, on the days that both have; None where they have none."""
    start, ends = max(one.start, other.start), [end for end in (one.end, other.end) if end is not None]
    end = min(ends, default=None)
    return _Line(other.person, other.to, start, end, other.path) if end is None or start < end else None


def _lines(example: Example) -> list[_Line]:
    return [
        _line(name, row.to, row, f"payees.{name}.reports_to[{index}]")
        for name, payee in example.people.items()
        for index, row in enumerate(payee.reports_to)
    ]


def _memberships(example: Example) -> list[_Line]:
    return [
        _line(row.who, team, row, f"teams.{team}[{index}]")
        for team, rows in example.teams.items()
        for index, row in enumerate(rows)
    ]


def _leaves(example: Example) -> list[_Line]:
    return [
        _line(name, "", row, f"{f'payees.{name}' if example.payees else 'payee'}.leave[{index}]")
        for name, payee in example.people.items()
        for index, row in enumerate(payee.leave)
    ]


def _line(person: str, to: str, row: ReportsTo | Member | Leave, path: str) -> _Line:
    return _Line(person, to, row.from_ or date.min, row.until, path)
