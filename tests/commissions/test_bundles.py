"""Closing keeps what statements follow from, and anybody can recompute them from their bundle."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from commissions import services
from commissions.engine.bundles.bundle import MANIFEST, STATEMENT, verify
from commissions.engine.bundles.files import as_json, digests, inputs_hash
from commissions.engine.bundles.pack import pack, unpack
from commissions.models import Period, PeriodMove, Run, Snapshot, Statement
from commissions.selectors.snapshots import checked, snapshot_of, statement_bundle
from commissions.services import MovedAlready, MoveRefused
from sales.models import Deal, Payment
from tests.commissions.facts import assign, calculated, period, published, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 3, 18, 4, tzinfo=UTC)
PLAN = """
plan: Everything
currency: USD
period: month
components:
  - key: own
    name: Own deals
    window: quarter
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 100%, rate: 10%}]
    payout: [{share: 50%, due: at_once}, {share: 50%, due: paid}]
  - key: launch
    name: Launch
    when: product.family = "Focus" or deal.amount >= 1
    rate: 1%
    spiff: {from: 2026-05-01, until: 2026-07-01, budget: 15}
draw: {kind: recoverable, amount: 30}
"""


@pytest.fixture
def may(cast: Cast) -> Period:
    """May of Ana and Ben, approved: they share a deal and a SPIFF's budget, and half of the pay waits."""
    assign(published(PLAN).plan, cast.ana, cast.ben, quota_minor=100_000)
    won(cast.ana, date(2026, 4, 10), 60_000, key="A")
    won(cast.ana, date(2026, 5, 10), 70_001, key="B", shares=[(cast.ana, 500_000), (cast.ben, 500_000)])
    won(cast.ben, date(2026, 5, 11), 250_000, key="C")
    won(cast.ana, date(2026, 5, 12), 1_000, key="D", currency="EUR")
    deal = Deal.objects.get(external_id="A")
    Payment.objects.create(deal=deal, external_id="P", paid_on=date(2026, 5, 2), amount_minor=20_000)
    calculated("2026-04")
    calculated("2026-05")
    Period.objects.filter(start=date(2026, 4, 1)).update(status="closed")
    services.recalculate_stale(now=NOW)
    calculated("2026-05")
    return approved("2026-05")


def approved(label: str) -> Period:
    found = period(label)
    Statement.objects.filter(period=found).update(approved_revision=F("revision"))
    Period.objects.filter(pk=found.pk).update(status="approved")
    return period(label)


def closed(found: Period, by: Any = None, chunks: int | None = None) -> Run:
    run = services.start_closing(period=found, acting_user=by, now=NOW, chunks=chunks)
    services.work_on_run(run_id=run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def bundle_of(cast: Cast, who: str = "ana") -> bytes:
    payee = getattr(cast, who)
    snapshot = Snapshot.objects.get(payees__contains=[payee.pk])
    return statement_bundle(snapshot, payee, version="1")


def test_closing_keeps_what_each_statement_follows_from_and_closes(may: Period, cast: Cast) -> None:
    run = closed(may, cast.finn, chunks=2)
    assert (run.kind, run.status, run.error) == ("close", "done", "")
    assert period("2026-05").status == "closed"
    assert PeriodMove.objects.get().by == cast.finn
    assert sorted(Snapshot.objects.values_list("payees", flat=True)) == [[cast.ana.pk], [cast.ben.pk]]
    for statement in Statement.objects.filter(period=may).select_related("period"):
        assert snapshot_of(statement) is not None
    for snapshot in Snapshot.objects.all():
        assert checked(snapshot).differences == ()


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_a_bundle_alone_gives_the_same_statement(may: Period, cast: Cast, who: str) -> None:
    closed(may)
    content = bundle_of(cast, who)
    found = verify(content)
    stands = Statement.objects.get(payee=getattr(cast, who), period=may)
    assert found.differences == []
    assert found.statements["statements"]["USD"]["payable"] == stands.payable_minor
    assert found.lines == stands.lines.count()
    assert bundle_of(cast, who) == content


def test_the_command_recomputes_a_bundle_without_any_database(may: Period, cast: Cast, tmp_path: Path) -> None:
    closed(may)
    path = tmp_path / "ana.zip"
    call_command("statement", "bundle", "--payee", "ana", "--period", "2026-05", "--out", str(path))
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing"
    command = [sys.executable, "manage.py", "statement", "verify", str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The same, to the last of 2 lines: the statement of Ana for 2026-05.\nUSD: payable ")
    path.write_bytes(path.read_bytes()[:-100])
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "This isn't a whole ZIP file" in done.stderr


def remade(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A bundle with a file changed by somebody who knows how a bundle is made."""
    files = unpack(content)
    before, files[name] = files[name], change(files[name])
    assert files[name] != before
    manifest = json.loads(files.pop(MANIFEST))
    manifest["files"] = digests(files)
    inputs = {each.removeprefix("inputs/"): text for each, text in files.items() if each.startswith("inputs/")}
    manifest["inputs_sha256"] = inputs_hash(inputs)
    return pack({**files, MANIFEST: as_json(manifest)})


CENTS = {
    "inputs/deals.csv": (b",70001,", b",70101,"),
    "inputs/shares.csv": (b",500000\n", b",499000\n"),
    "inputs/quotas.csv": (b",100000\n", b",90001\n"),
    "inputs/assignments.csv": (b"2026-01-01", b"2026-05-11"),
    "inputs/earlier_lines.csv": (b",60000,3000,", b",60000,3100,"),
    "inputs/earlier_released.csv": (b",1500,1500\n", b",1501,1499\n"),
    "inputs/earlier_payments.csv": (b",20000\n", b",20100\n"),
    "inputs/balances.csv": (b",1500,", b",1400,"),
    "inputs/inputs.json": (b'"start": "2026-05-01"', b'"start": "2026-05-11"'),
    STATEMENT: (b'"amount": ', b'"amount": 1'),
}


@pytest.mark.parametrize("name", CENTS)
def test_a_cent_that_was_changed_shows(may: Period, cast: Cast, name: str) -> None:
    closed(may)
    content = bundle_of(cast)
    assert verify(content).differences == []
    assert verify(remade(content, name, lambda text: text.replace(*CENTS[name], 1))).differences != []


def test_a_statement_that_changed_since_it_was_approved_keeps_the_period_from_closing(may: Period, cast: Cast) -> None:
    before = dict(Statement.objects.filter(period=may).values_list("pk", "total_minor"))
    Deal.objects.filter(external_id="C").update(amount_minor=F("amount_minor") + 100_00)
    run = closed(may, chunks=2)
    assert run.status == "failed"
    assert run.error.startswith("2026-05 stays open to changes: by the facts of now, the statements of Ben aren't what")
    assert (period("2026-05").status, PeriodMove.objects.count()) == ("approved", 0)
    assert dict(Statement.objects.filter(period=may).values_list("pk", "total_minor")) == before
    calculated("2026-05")
    approved("2026-05")
    assert closed(period("2026-05")).status == "done"


def test_a_statement_that_changes_after_its_chunk_was_done_keeps_the_period_from_closing(may: Period) -> None:
    run = services.start_closing(period=may, acting_user=None, now=NOW, chunks=1)

    def revise() -> None:
        Statement.objects.filter(period=may, payee__external_id="ana").update(revision=F("revision") + 1)

    services.work_on_run(run_id=run.pk, clock=lambda: NOW, told=revise)
    run.refresh_from_db()
    assert (run.status, period("2026-05").status) == ("failed", "approved")
    assert "the statements of Ana aren't what was approved" in run.error


def test_closing_twice_at_once_is_told(may: Period, cast: Cast) -> None:
    services.start_closing(period=may, acting_user=cast.finn, now=NOW)
    with pytest.raises(MovedAlready, match="Finn is closing 2026-05 already"):
        services.start_closing(period=may, acting_user=cast.ada, now=NOW)


def test_what_stands_in_the_way_is_told_before_anything_starts(may: Period) -> None:
    Statement.objects.filter(period=may, payee__external_id="ben").update(approved_revision=None)
    with pytest.raises(MoveRefused, match="Not approved as they are now: the statements of Ben"):
        services.start_closing(period=may, acting_user=None, now=NOW)
    assert not Run.objects.filter(kind="close").exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE commissions_snapshot SET inputs_hash = ''", "DELETE FROM commissions_snapshot"]
)
def test_a_snapshot_of_a_closed_period_never_changes(may: Period, statement: str) -> None:
    closed(may)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_closed_statement_is_recomputed_and_a_line_that_was_forged_shows(may: Period, cast: Cast) -> None:
    closed(may)
    said = io.StringIO()
    call_command("statement", "verify", "--all", stdout=said)
    assert said.getvalue() == "The same: the statements of 2 payees with 6 lines.\n"
    with connection.cursor() as cursor:  # as a superuser of the database could
        cursor.execute("ALTER TABLE commissions_earningline DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE commissions_earningline SET amount_minor = amount_minor + 1 WHERE deal_id = %s",
            [Deal.objects.get(external_id="C").pk],
        )
        cursor.execute("ALTER TABLE commissions_earningline ENABLE TRIGGER USER")
    told = io.StringIO()
    with pytest.raises(CommandError, match="NOT the same: 2 values differ"):
        call_command("statement", "verify", "--all", "--period", "2026-05", stderr=told)
    assert f"2026-05, payee {cast.ben.pk}: statements.USD.lines[" in told.getvalue()


def test_who_may_see_a_closed_statement_may_download_its_bundle(may: Period, cast: Cast, client: Client) -> None:
    closed(may)
    statement = Statement.objects.get(period=may, payee=cast.ana)
    page, address = (reverse(f"commissions:{name}", args=[statement.pk]) for name in ("statement", "statement-bundle"))
    assert client.get(address).status_code == 302
    for who, status in ((cast.ana, 200), (cast.mia, 200), (cast.finn, 200), (cast.ben, 404)):
        client.force_login(who)
        assert client.get(address).status_code == status
    client.force_login(cast.ana)
    response = client.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="statement-2026-05-ana.zip"'
    assert verify(response.content).differences == []
    shown = client.get(page).content.decode()
    assert address in shown
    assert Snapshot.objects.get(payees__contains=[cast.ana.pk]).inputs_hash in shown


def test_a_bundle_holds_nothing_of_others_but_what_decides_about_the_pay(may: Period, cast: Cast) -> None:
    secret = won(cast.ben, date(2026, 4, 11), 123_456, key="SECRET")
    Deal.objects.filter(pk=secret.pk).update(closed_on=date(2026, 2, 1))
    calculated("2026-05")
    closed(approved("2026-05"))
    files = unpack(bundle_of(cast))
    assert b"SECRET" not in b"".join(files.values())
    assert {row.split(b",")[1] for row in files["inputs/payees.csv"].splitlines()[1:]} == {b"ana", b"ben"}
    assert b"Ana" in files["README.txt"]
