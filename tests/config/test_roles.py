"""What the application's own role of the database can't do, whatever it is made to send."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from commissions.models import Period, Statement
from config.run import places, postgres, roles, throwaway
from sales.models import Deal
from tests.conftest import Cast

ROLE = "juara_app_of_tests"


@pytest.fixture
def as_application(cast: Cast) -> Iterator[None]:
    """Sign in as the application's role would be: undone with the test's transaction."""
    period = Period.objects.create(kind="month", start=date(2026, 1, 1), end=date(2026, 2, 1))
    now = datetime(2026, 2, 3, tzinfo=UTC)
    Statement.objects.create(
        payee=cast.ana, period=period, currency="USD", total_minor=5, payable_minor=5, computed_at=now
    )
    Period.objects.filter(pk=period.pk).update(status="closed")
    Deal.objects.create(external_id="D-1", currency="USD")
    roles.make_role(connection, ROLE)
    roles.grant(connection, ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET juara.may_truncate = 'on'")  # it helps nobody who may not truncate
        cursor.execute(f"SET SESSION AUTHORIZATION {ROLE}")
        yield
        cursor.execute("RESET SESSION AUTHORIZATION")


REFUSED = {
    "change a closed statement": "UPDATE commissions_statement SET payable_minor = 6",
    "delete a closed statement": "DELETE FROM commissions_statement",
    "open a closed period again": "UPDATE commissions_period SET status = 'open'",
    "delete a closed period": "DELETE FROM commissions_period",
    "truncate statements": "TRUNCATE commissions_statement CASCADE",
    "truncate lines": "TRUNCATE commissions_earningline",
    "truncate the history": "TRUNCATE accounts_change",
    "truncate facts": "TRUNCATE sales_deal CASCADE",
    "write history": (
        "INSERT INTO accounts_change (at, model, object_id, kind, source) VALUES (now(), 'x', '1', '+', 'x')"
    ),
    "change history": "UPDATE accounts_change SET user_id = 1",
    "delete history": "DELETE FROM accounts_change",
    "put the history's function on a table of its own": (
        "CREATE TEMP TABLE fake (id bigint); CREATE TRIGGER fake AFTER INSERT ON fake "
        "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT "
        "EXECUTE FUNCTION accounts_record_change('sales.deal', '{}', '{}', 'id')"
    ),
    "disable triggers": "ALTER TABLE commissions_statement DISABLE TRIGGER ALL",
    "drop a trigger": "DROP TRIGGER history_update ON sales_deal",
    "replace a function": (
        "CREATE OR REPLACE FUNCTION commissions_refuse_closed(period_id bigint) RETURNS void LANGUAGE sql AS ''"
    ),
    "make a function": "CREATE FUNCTION mine() RETURNS void LANGUAGE sql AS ''",
    "make a table": "CREATE TABLE mine (id bigint)",
    "drop a table": "DROP TABLE commissions_statement CASCADE",
    "alter a table": "ALTER TABLE commissions_statement DROP COLUMN payable_minor",
    "pass over triggers": "SET session_replication_role = replica",
    "become the owner": "SET ROLE juara",
    "pretend that migrations have run": "DELETE FROM django_migrations",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
def test_the_application_can_not(as_application: None, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_application_reads_and_writes_rows_and_its_changes_are_known(as_application: None) -> None:
    deal = Deal.objects.get()
    Deal.objects.update(name="written")
    Deal.objects.create(external_id="D-2", currency="USD").delete()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE incoming (id bigint) ON COMMIT DROP")
        cursor.execute(
            "SELECT source FROM accounts_change WHERE model = 'sales.deal' AND object_id = %s AND kind = '~'",
            [str(deal.pk)],
        )
        assert cursor.fetchall() == [(f"database: {ROLE}",)]


def test_an_existing_database_gets_the_role_and_what_runs_signs_in_as_it() -> None:
    """From a cluster that only its owner knows, as every one was before there were two roles."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    kept = os.environ.pop("DATABASE_URL")
    try:
        with throwaway.servers(postgres.THROWAWAY):
            owner = os.environ["DATABASE_URL"]
            application = owner.replace(f"{places.USER}@", f"{places.APPLICATION}@")
            environment |= {"DATABASE_OWNER_URL": owner, "DATABASE_URL": application}
            prepare = [sys.executable, "-m", "config.run.prepare", "--quiet"]
            for _time in range(2):
                subprocess.run(prepare, cwd=places.CHECKOUT, env=environment, check=True)
            asked = subprocess.run(
                [sys.executable, "manage.py", "shell", "-v0", "-c", _WHO],
                cwd=places.CHECKOUT,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            assert asked.stdout.split() == ["juara_app", "False"]
    finally:
        os.environ["DATABASE_URL"] = kept


_WHO = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
    print(*cursor.fetchone())
"""
