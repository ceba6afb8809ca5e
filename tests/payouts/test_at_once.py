"""Twenty at once: one batch, one hand-over, one booking. Processes of their own, over the real database."""

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from payouts import services
from payouts.models import Batch, Payout
from tests.conftest import Cast
from tests.payouts.facts import NOW, PAY_DAY, closed, due, handed_over
from tests.stack import database_address

AT_ONCE = 20
PROCESSES = 4
# Each process holds its threads until all are connected, so that they ask at the same moment.
ASK = """
import json, os, sys, threading
from datetime import UTC, date, datetime
import django
django.setup()
from django.db import connection, connections
from accounts.models import User
from payouts import services
from payouts.models import Batch, Payout
act, key, by, count = json.loads(sys.argv[1])
now = datetime(2026, 11, 23, 2, tzinfo=UTC)
barrier, said = threading.Barrier(count), []
def ask(number):
    user = User.objects.get(pk=by)
    barrier.wait()
    try:
        if act == "create":
            mine = key or f"{os.getpid()}-{number}"
            said.append(services.create_batch(
                kind="regular", pay_on=date(2026, 11, 25), key=mine, acting_user=user, now=now).number)
        elif act == "hand_over":
            said.append(str(services.hand_over(batch=Batch.objects.get(), acting_user=user, now=now).exported_at))
        elif act == "void":
            made = Batch.objects.get(kind="regular")
            said.append(services.void_batch(batch=made, reason="x", acting_user=user, now=now).number)
        elif act == "send_back":
            services.send_back(payout=Payout.objects.order_by("pk").first(), reason="x", acting_user=user, now=now)
            said.append("ok")
    except services.PayoutRefused as error:
        said.append(str(error))
    finally:
        connections.close_all()
threads = [threading.Thread(target=ask, args=(n,)) for n in range(count)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps(said))
"""


def asked(act: str, by: int, key: str = "") -> list[object]:
    """What twenty requests, of four processes with five threads each, were answered."""
    environment = {**_environment(), "DATABASE_URL": database_address(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    arguments = json.dumps([act, key, by, AT_ONCE // PROCESSES])

    def run(_number: int) -> Sequence[object]:
        done = subprocess.run(
            [sys.executable, "-c", ASK, arguments], env=environment, check=True, capture_output=True, text=True
        )
        found: list[object] = json.loads(done.stdout.splitlines()[-1])
        return found

    with ThreadPoolExecutor(PROCESSES) as pool:
        return [answer for answers in pool.map(run, range(PROCESSES)) for answer in answers]


def _environment() -> dict[str, str]:
    import os  # noqa: PLC0415

    return dict(os.environ)


@pytest.fixture
def owed(transactional_db: None, cast: Cast) -> Cast:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    return cast


def test_twenty_requests_with_one_key_make_one_batch(owed: Cast) -> None:
    assert asked("create", owed.finn.pk, key="one") == [1] * AT_ONCE
    assert (Batch.objects.count(), Payout.objects.count(), due()) == (1, 2, {})


def test_twenty_people_who_make_a_batch_at_once_pay_nobody_twice(owed: Cast) -> None:
    said = asked("create", owed.finn.pk)
    assert said.count(1) == 1
    assert sum("Nothing is payable" in str(answer) for answer in said) == AT_ONCE - 1
    assert (Batch.objects.count(), due()) == (1, {})


def test_twenty_hand_overs_freeze_one_batch_once(owed: Cast) -> None:
    made = services.create_batch(kind="regular", pay_on=PAY_DAY, key="a", acting_user=owed.finn, now=NOW)
    services.approve_batch(batch=made, acting_user=owed.ada, now=NOW)
    assert len(set(map(str, asked("hand_over", owed.finn.pk)))) == 1
    assert set(Payout.objects.values_list("status", flat=True)) == {"exported"}


@pytest.mark.parametrize("act", ["void", "send_back"])
def test_what_comes_back_is_booked_once(owed: Cast, act: str) -> None:
    handed_over(owed.finn, owed.ada)
    said = asked(act, owed.finn.pk)
    assert len(set(map(str, said))) == 1
    assert Batch.objects.filter(kind="counter").count() == 1
    back = {("ana", "USD"): 10_00, ("ben", "USD"): 20_00}
    assert due() == (back if act == "void" else {("ana", "USD"): 10_00})
