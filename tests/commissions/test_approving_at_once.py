"""Twenty processes decide about one statement at the same moment: one decision, and the others are told."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date

import pytest

from accounts.models import Role, User
from commissions.models import Approval, StatementAcceptance
from commissions.selectors.approvals.waiting import written
from tests.commissions.approving import MAY, chain, publish, seen, statement
from tests.commissions.facts import FLAT, assign, published, won
from tests.conftest import Cast, person
from tests.stack import database_address

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 20
# Each is a process of its own, with its own connection: forked before any is open, and let go all at once.
CLICKS = """
import json, os, sys
import django
django.setup()
from datetime import date
from django.utils import timezone
from accounts.models import User
from commissions import services
from commissions.models import Statement
from commissions.selectors.approvals.waiting import read
from commissions.services import approvals
from core.periods import parse_period
from tests.commissions.facts import won

def act(what, user, key):
    who, now = User.objects.get(pk=user), timezone.now()
    if what == "calculate":
        won(User.objects.get(external_id="ana"), date(2026, 5, 20), 1_000, key=f"K{os.getpid()}")
        run = services.start_run(calendar=parse_period("2026-05"), acting_user=None, now=now)
        services.work_on_run(run_id=run.pk, clock=timezone.now)
        return "calculated"
    seen = read(key)
    if what == "accepted":
        found = Statement.objects.get(pk=seen.statement)
        row = approvals.accept_statement(
            statement=found, revision=seen.revision, payable_minor=seen.payable_minor, acting_user=who, now=now
        )
        return str(row.pk)
    if what == "many":
        outcome = approvals.approve_many(seen=[seen], acting_user=who, now=now)
        return "done" if outcome.done else outcome.not_done[0].why
    verdict = {"approved": approvals.approve, "rejected": approvals.reject, "withdrawn": approvals.withdraw}[what]
    verdict(seen=seen, comment="At once", acting_user=who, now=now)
    return "done"

gate, release = os.pipe()
for click in json.loads(sys.argv[1]):
    if os.fork() == 0:
        os.close(release)
        os.read(gate, 1)
        try:
            said = act(*click)
        except (approvals.ApprovalRefused, services.RunRefused) as error:
            said = str(error)
        except BaseException as error:
            said = f"raised {error!r}"
        os.write(1, (said.replace("\\n", " ") + "\\n").encode())
        os._exit(0)
os.close(release)
for _click in json.loads(sys.argv[1]):
    os.wait()
"""


def at_once(clicks: list[tuple[str, User, str]]) -> Counter[str]:
    """How many of these processes say what."""
    told = json.dumps([(what, user.pk, key) for what, user, key in clicks])
    environment = {**os.environ, "DATABASE_URL": database_address(), "DATABASE_POOL": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CLICKS, told], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert len(done.stdout.splitlines()) == len(clicks), done.stderr
    return Counter(done.stdout.splitlines())


@pytest.fixture
def company(cast: Cast) -> Cast:
    assign(published(FLAT).plan, cast.ana)
    won(cast.ana, date(2026, 5, 10), 100_000)
    publish()
    return cast


@pytest.mark.parametrize("what", ["approved", "many"])
def test_a_button_clicked_twenty_times_gives_one_approval(company: Cast, what: str) -> None:
    key = written(seen(company.ana))
    said = at_once([(what, company.finn, key)] * PROCESSES)
    assert said.pop("done") == 1
    assert len(said) == 1
    assert "You approved this on" in next(iter(said))
    assert Approval.objects.count() == 1


def test_of_twenty_people_one_takes_each_step(company: Cast) -> None:
    chain({"who": "finance"}, {"who": "finance"})
    people = [person(f"Fin{number}", Role.FINANCE) for number in range(PROCESSES)]
    key = written(seen(company.ana))
    said = at_once([("approved", who, key) for who in people])
    assert said.pop("done") == 1
    assert all("approved this on" in told for told in said)
    assert list(Approval.objects.values_list("step", flat=True)) == [0]
    second = written(seen(company.ana))
    assert at_once([("approved", who, second) for who in people])["done"] == 1
    assert sorted(Approval.objects.values_list("step", flat=True)) == [0, 1]
    found = statement(company.ana)
    assert found.approved_revision == found.revision


def test_an_approval_and_a_rejection_at_once_are_one_of_them(company: Cast) -> None:
    key = written(seen(company.ana))
    half = PROCESSES // 2
    said = at_once([("approved", company.finn, key), ("rejected", company.ada, key)] * half)
    assert said.pop("done") == 1
    assert Approval.objects.count() == 1
    assert not any(told.startswith("raised") for told in said)


def test_a_rejection_is_withdrawn_once(company: Cast) -> None:
    key = written(seen(company.ana))
    at_once([("rejected", company.finn, key)])
    assert at_once([("withdrawn", company.finn, key)] * PROCESSES)["done"] == 1
    assert Approval.objects.count() == 2


def test_a_statement_is_accepted_once(company: Cast) -> None:
    said = at_once([("accepted", company.ana, written(seen(company.ana)))] * PROCESSES)
    row = StatementAcceptance.objects.get()
    assert said == {str(row.pk): PROCESSES}


def test_what_is_approved_while_it_is_calculated_is_approved_as_it_is_or_not_at_all(company: Cast) -> None:
    key = written(seen(company.ana))
    said = at_once([("many", company.finn, key), ("calculate", company.ada, "")] * (PROCESSES // 2))
    assert not [told for told in said if told.startswith("raised")]
    found = statement(company.ana, MAY)
    assert found.revision == 1 + said["calculated"]
    rows = list(Approval.objects.values_list("revision", "payable_minor"))
    assert rows in ([], [(1, 10_000)])
    assert found.approved_revision in (None, 1)
    assert (found.approved_revision == 1) is bool(rows)
