"""The same with real processes that are killed in the middle of a step, and begin again with the one they were at."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commissions.models import EarningLine
from payouts.models import Payout
from tests.conftest import Cast
from tests.order.holds import Closed, closed_statements_are_recomputed, comes_to_what_the_facts_are_worth, hold
from tests.order.steps import Step, begin
from tests.order.test_any_order import CLOSE, PAY, SOLD, TRUE_UP
from tests.stack import database_address

WALK: list[Step] = [
    *SOLD, ("sell", (1, 0, 700)), ("adjust", (0, 0, 25)), ("take_up", ()), *CLOSE, *CLOSE, *TRUE_UP, *PAY,
    ("void", (0,)), ("sell", (0, 0, 300)), ("take_up", ()), ("forward", (1,)), ("adjust", (1, 1, -12)), ("take_up", ()),
    *[("forward", (1,))] * 4, *PAY, ("send_back", (2,)), ("move_deal", (0, 2)), ("take_up", ()), *PAY,
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_processes_that_die_lose_double_and_alter_nothing(
    transactional_db: None, cast: Cast, tmp_path: Path, seed: int
) -> None:
    begin(cast)
    (tmp_path / "steps.json").write_text(json.dumps(WALK))
    chance, done, deaths = random.Random(seed), 0, 0
    known: Closed = {}
    while done < len(WALK):
        before = done
        done = _worked(tmp_path / "steps.json", done, chance, is_spared=deaths > 2 * len(WALK))
        deaths += done < len(WALK)
        assert done >= before
        known = hold(known)
    assert deaths > 3
    assert known
    assert EarningLine.objects.filter(kind="true_up").exists()
    assert Payout.objects.counting().count() > 2
    comes_to_what_the_facts_are_worth()
    closed_statements_are_recomputed()


def _worked(steps: Path, first: int, chance: random.Random, *, is_spared: bool) -> int:
    """Take steps from one on in a process that is killed after a while; returns how many are known to be done."""
    environment = {**os.environ, "DATABASE_URL": database_address(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "tests.order.worker", str(first), str(steps)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        done = first
        for _step in range(10**6 if is_spared else chance.randrange(6)):
            line = process.stdout.readline()
            done = int(line) + 1 if line else done
            if not line:
                break
        time.sleep(0 if is_spared else chance.random() / 5)
        process.send_signal(signal.SIGKILL)
        rest = [int(line) + 1 for line in process.stdout.read().split()]
    return max([done, *rest])
