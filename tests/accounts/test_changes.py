"""The history of every change: written by the database, whoever writes and however."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Change, Leave, User
from accounts.selectors import FieldChange, created_with, deleted_of, history_of
from commissions.models import AdjustmentLimit
from config.celery import app
from config.history import HEADER, command
from core import history
from core.copy import copy_in
from core.history import Actor, acting, on_behalf_of
from sales.models import Customer, Deal, DealShare
from tests.conftest import PASSWORD, Cast

ALL = history.own_models()


def deal(**fields: object) -> Deal:
    given = {"external_id": "D-1", "currency": "USD", "amount_minor": 100_00, **fields}
    made: Deal = Deal.objects.create(**given)
    return made


def execute(query: str, *params: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, params)


def short(changes: list[FieldChange]) -> list[tuple[str, str, object, object, int | None]]:
    return [(each.kind, each.field, each.before, each.after, each.user_id) for each in changes]


@pytest.mark.parametrize("model", ALL, ids=[model._meta.label for model in ALL])
def test_every_model_has_a_history_or_a_reason_to_have_none(db: None, model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'history%%'"
            " AND tgenabled = 'O' ORDER BY tgname",
            [model._meta.db_table],
        )
        triggers = [name for (name,) in cursor.fetchall()]
    why = history.untracked_models().get(model._meta.label_lower)
    if why is None:
        assert triggers == ["history_delete", "history_insert", "history_update"]
    else:
        assert (triggers, why.endswith(".")) == ([], True)


@pytest.mark.parametrize(
    "label", ["accounts.user", "sales.deal", "commissions.plan", "commissions.quota", "commissions.period"]
)
def test_what_pay_depends_on_has_a_history(label: str) -> None:
    assert label in history.tracked_models()


def test_every_column_that_is_kept_secret_or_left_out_exists() -> None:
    for model in history.tracked_models().values():
        tracking = history.tracking_of(model)
        columns = {field.column for field in model._meta.concrete_fields}
        assert {*tracking.secret, *tracking.left_out} <= columns, model


def test_a_change_tells_before_and_after_by_whom_and_in_the_course_of_what(cast: Cast) -> None:
    row = deal(owner=cast.ana)
    who = Actor("POST /sales/deals/1/", lambda: cast.finn.pk)
    with acting(who):
        Deal.objects.filter(pk=row.pk).update(amount_minor=250_00, owner=cast.ben, updated_at=timezone.now())
    assert short(history_of(Deal, [row.pk])) == [
        ("+", "", None, None, None),
        ("~", "owner_id", cast.ana.pk, cast.ben.pk, cast.finn.pk),
        ("~", "amount_minor", 100_00, 250_00, cast.finn.pk),
    ]
    change = Change.objects.get(model="sales.deal", kind="~")
    assert (change.source, change.request, sorted(change.fields or [])) == (
        "POST /sales/deals/1/",
        who.request,
        ["amount_minor", "owner_id"],
    )


def test_raw_sql_is_caught_with_its_actor(cast: Cast) -> None:
    row = deal()
    with acting(Actor("manage.py shell", lambda: cast.ada.pk)):
        execute("UPDATE sales_deal SET name = 'x 100%%' WHERE id = %s", row.pk)
        execute("  update sales_deal set name = 'y'")
    found = history_of(Deal, [row.pk])[1:]
    assert [(each.after, each.user_id, each.source) for each in found] == [
        ("x 100%", cast.ada.pk, "manage.py shell"),
        ("y", cast.ada.pk, "manage.py shell"),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_next_transaction_of_the_connection_knows_no_actor() -> None:
    with acting(Actor("task one")):
        row = deal()
    with pytest.raises(ZeroDivisionError), acting(Actor("task two")), transaction.atomic():
        Deal.objects.update(name="undone")
        raise ZeroDivisionError
    execute("UPDATE sales_deal SET name = 'by hand'")
    first, second = history_of(Deal, [row.pk])
    assert (first.source, second.before, second.after) == ("task one", "", "by hand")
    assert second.source.startswith("database: ")


def test_a_copy_into_a_table_is_one_row_of_history_for_each_of_its_own(cast: Cast) -> None:
    with acting(Actor("manage.py import", lambda: cast.ada.pk)):
        copy_in(
            "sales_customer",
            pl.DataFrame({"external_id": ["C1", "C2"], "name": ["One", "Two"], "sector": "", "country": ""}),
        )
    found = Change.objects.filter(model="sales.customer")
    assert sorted(found.values_list("kind", "user_id", "source")) == [("+", cast.ada.pk, "manage.py import")] * 2
    pks = list(Customer.objects.values_list("pk", flat=True))
    assert {row["name"] for row in created_with(Customer, pks).values()} == {"One", "Two"}


def test_many_statements_at_once_are_caught(cast: Cast) -> None:
    with acting(Actor("manage.py shell", lambda: cast.ada.pk)), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sales_customer (external_id, name, sector, country) VALUES (%s, %s, '', '')",
            [("C1", "One"), ("C2", "Two")],
        )
    assert set(Change.objects.filter(model="sales.customer").values_list("user_id", flat=True)) == {cast.ada.pk}


def test_counts_of_rows_and_returned_values_are_those_of_the_statement(cast: Cast) -> None:
    with acting(Actor("manage.py shell")):
        row = deal()
        assert Deal.objects.filter(pk=row.pk).update(name="z") == 1
        assert Deal.objects.filter(pk=0).update(name="z") == 0
        assert Deal.objects.filter(pk=row.pk).delete()[0] == 1


def test_an_update_that_changes_nothing_leaves_nothing(cast: Cast) -> None:
    row = deal()
    Deal.objects.filter(pk=row.pk).update(name="", updated_at=timezone.now() + timedelta(days=1))
    assert short(history_of(Deal, [row.pk])) == [("+", "", None, None, None)]


def test_a_deleted_row_leaves_all_that_it_was(cast: Cast) -> None:
    row = deal(owner=cast.ana)
    share = DealShare.objects.create(deal=row, user=cast.ana, role="owner", share_ppm=1_000_000)
    pk = share.pk
    share.delete()
    assert deleted_of(DealShare, [row.pk]) == [pk]
    assert deleted_of(DealShare, [row.pk + 1]) == []
    gone = {each.field: each.before for each in history_of(DealShare, [pk]) if each.kind == "-"}
    assert gone == {"id": pk, "deal_id": row.pk, "user_id": cast.ana.pk, "role": "owner", "share_ppm": 1_000_000}


def test_what_a_row_was_created_with_follows_from_its_changes(cast: Cast) -> None:
    kept, gone = deal(name="first"), deal(external_id="D-2", name="second")
    Deal.objects.update(amount_minor=1)
    Deal.objects.filter(pk=kept.pk).update(amount_minor=2, name="renamed")
    pk = gone.pk
    gone.delete()
    made = created_with(Deal, [kept.pk, pk, 0])
    assert {pk: (row["name"], row["amount_minor"]) for pk, row in made.items()} == {
        kept.pk: ("first", 100_00),
        pk: ("second", 100_00),
    }
    assert "updated_at" not in made[kept.pk]


def test_since_and_until_are_half_open(cast: Cast) -> None:
    row = deal()
    at = Change.objects.get(model="sales.deal").at
    later = at + timedelta(microseconds=1)
    assert [len(history_of(Deal, [row.pk], since=s, until=u)) for s, u in ((at, later), (later, None), (None, at))] == [
        1,
        0,
        0,
    ]


def test_a_password_is_never_written_down(cast: Cast) -> None:
    cast.ana.set_password("a new one, rather long")
    cast.ana.save()
    User.objects.filter(pk=cast.ana.pk).update(last_login=timezone.now())
    pk = cast.ana.pk
    assert short(history_of(User, [pk]))[1:] == [("~", "password", "***", "***", None)]
    assert "password" not in created_with(User, [pk])[pk]
    nora = User.objects.create_user(email="n@example.com", password=PASSWORD, name="Nora")
    pk = nora.pk
    nora.delete()
    assert {"password", "last_login"}.isdisjoint({each.field for each in history_of(User, [pk])})


def test_ranges_and_lists_are_kept(cast: Cast) -> None:
    row = Leave.objects.create(user=cast.ana, during=(date(2026, 1, 1), date(2026, 1, 8)))
    Leave.objects.filter(pk=row.pk).update(during=(date(2026, 1, 1), None))
    User.objects.filter(pk=cast.ana.pk).update(roles=["rep", "finance"])
    assert short(history_of(Leave, [row.pk]))[1:] == [("~", "during", "[2026-01-01,2026-01-08)", "[2026-01-01,)", None)]
    assert short(history_of(User, [cast.ana.pk]))[1:] == [("~", "roles", ["rep"], ["rep", "finance"], None)]


def test_a_row_whose_key_is_a_text_has_a_history(cast: Cast) -> None:
    limit = AdjustmentLimit.objects.create(
        currency="USD", amount_minor=5, changed_by=cast.ada, changed_at=timezone.now()
    )
    AdjustmentLimit.objects.update(amount_minor=6)
    limit.delete()
    found = history_of(AdjustmentLimit, ["USD"])
    assert short(found)[:2] == [("+", "", None, None, None), ("~", "amount_minor", 5, 6, None)]
    assert {each.object_id for each in found} == {"USD"}
    assert created_with(AdjustmentLimit, ["USD"])["USD"]["amount_minor"] == 5


def test_what_has_no_history_says_why() -> None:
    with pytest.raises(LookupError, match="It is the history"):
        history_of(Change, [1])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_change SET user_id = NULL",
        "DELETE FROM accounts_change",
        "DELETE FROM accounts_change WHERE false",
        "SET LOCAL juara.may_truncate = 'off'; TRUNCATE accounts_change",
    ],
)
def test_the_history_is_never_changed(cast: Cast, statement: str) -> None:
    with pytest.raises(IntegrityError, match="never changed or deleted"):
        execute(statement)


def test_the_id_of_a_row_never_changes(cast: Cast) -> None:
    row = deal()
    with pytest.raises(IntegrityError, match="never changes"):
        execute("UPDATE sales_deal SET id = id + 1000 WHERE id = %s", row.pk)


def test_a_request_is_its_users(cast: Cast, client: Client) -> None:
    client.force_login(cast.ada, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("accounts:person-leave", args=[cast.ana.pk])
    data = {"starts_on": "2026-02-02", "last_on": "2026-02-05", "reason": ""}
    response = client.post(address, data)
    assert response.status_code == 302, response.content
    change = Change.objects.get(model="accounts.leave")
    assert (change.user_id, change.source, change.kind) == (cast.ada.pk, f"POST {address}", "+")


def test_a_task_is_its_askers(cast: Cast) -> None:
    @app.task(name="tests.rename")
    def rename(**_: object) -> None:
        Deal.objects.update(name="renamed")

    row, who = deal(), Actor("POST /x/", lambda: cast.finn.pk)
    with acting(who):
        sent: Any = {HEADER: {"user": cast.finn.pk, "request": str(who.request)}}
        rename.apply(headers=sent)
    found = history_of(Deal, [row.pk])[-1]
    assert (found.user_id, found.source) == (cast.finn.pk, "task tests.rename")
    assert Change.objects.latest("id").request == who.request
    rename.apply()
    assert history.actor() is None


def test_a_command_is_known_by_its_name(cast: Cast) -> None:
    with command(["/srv/juara/manage.py", "import", "deals.csv"]):
        row = deal()
        with on_behalf_of(cast.ada.pk):
            Deal.objects.update(name="x")
    assert [(each.source, each.user_id) for each in history_of(Deal, [row.pk])] == [
        ("manage.py import", None),
        ("manage.py import", cast.ada.pk),
    ]


def test_the_time_is_that_of_the_transaction(cast: Cast) -> None:
    row = deal()
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    assert [each.at for each in history_of(Deal, [row.pk])] == [now]
