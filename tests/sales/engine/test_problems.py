"""What the engine tells: English here, a template and its parameters for whoever translates it."""

import json
from dataclasses import asdict

import pytest

from sales.engine.problems import Problem, Told, problem_from, told, told_from

HOPELESS = told(
    "%(bad)s of %(read)s: %(where)s: %(what)s",
    bad=2_000,
    read=20_000,
    where=told("line %(line)s", line="2000"),
    what=told("Write one of %(words)s.", words=("open", "won")),
)


def test_counts_are_grouped_lines_are_not_and_messages_may_hold_messages() -> None:
    assert str(HOPELESS) == "2,000 of 20,000: line 2000: Write one of open, won."


@pytest.mark.parametrize(
    "message",
    [HOPELESS, told("The cell is empty."), told("No key.").at("deals.curency")],
    ids=["nested", "bare", "path"],
)
def test_a_message_survives_json(message: Told) -> None:
    assert told_from(json.loads(json.dumps(asdict(message)))) == message


def test_a_problem_survives_json() -> None:
    problem = Problem(7, "amount", "x", told("This is no amount."), told("Round %(it)s.", it="it"))
    assert problem_from(json.loads(json.dumps(asdict(problem)))) == problem
    assert str(problem) == "line 7, amount 'x': This is no amount. Round it."


def test_a_percent_sign_in_what_people_wrote_is_no_place_to_fill() -> None:
    assert str(told("%(name)s is no role.", name="%(boss)s 100 %")) == "%(boss)s 100 % is no role."
    assert str(told("Write at most 100 %.")) == "Write at most 100 %."
