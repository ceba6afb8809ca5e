"""Who is changing rows, told to the database, which writes the history of every change; and which rows have one.

The triggers that `install` puts on tables know a change, but not whose it is. So every statement that writes is sent
with the actor of the moment (`acting`) in front of it, for its transaction only: nothing that a rollback or a pooled
connection could leave behind, and nothing that a service has to remember. What nobody here sent is noted with the
database's own user.

Every model of ours has a history unless it says why not: `untracked`.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final, LiteralString, TypeVar
from uuid import UUID, uuid4

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import sql

SETTING: Final = "juara.by"
_WRITES: Final = re.compile(r"\s*(insert|update|delete|merge|with|do|call)\b", re.IGNORECASE)
_Model = TypeVar("_Model", bound=type[models.Model])


# --- Who


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes, and in the course of what."""

    source: str  # POST /people/7/, task sales.run_import, manage.py import
    user_id: Callable[[], int | None] = lambda: None  # asked when something is written
    request: UUID = field(default_factory=uuid4)  # the same for all that one request or command led to

    def told(self) -> str:
        said = {"user": self.user_id(), "source": self.source[:200], "request": str(self.request)}
        return json.dumps(said)


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def actor() -> Actor | None:
    return _actor.get()


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """Let all that is written until the block ends be known as this actor's."""
    before = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(before)


@contextmanager
def on_behalf_of(user_id: int | None) -> Iterator[None]:
    """Let it be known as this person's, where a task does what she asked for and only its row remembers who did."""
    known = _actor.get() or Actor("")
    with acting(replace(known, user_id=lambda: user_id) if user_id else known):
        yield


def tell(connection: BaseDatabaseWrapper) -> None:
    """Tell the transaction who writes: for COPY, which takes nothing in front of it."""
    if (who := _actor.get()) and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, who.told()])


def _with_actor(execute: Callable[..., Any], query: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: ANN401, FBT001 - Django's own signature
    """Send a writing statement with its actor in front; the cursor is left at the statement's own result."""
    who = _actor.get()
    if who is None:
        return execute(query, params, many, context)
    connection = context["connection"]
    text = query if isinstance(query, str) else query.as_string(connection.connection)
    if not _WRITES.match(text) or getattr(context["cursor"].cursor, "name", None):
        return execute(query, params, many, context)
    if many:
        tell(connection)
        return execute(query, params, many, context)
    told = sql.Literal(who.told()).as_string(connection.connection)
    told = told if params is None else told.replace("%", "%%")
    result = execute(f"SELECT set_config('{SETTING}', {told}, true); {text}", params, many, context)
    while context["cursor"].cursor.nextset():
        pass
    return result


def _listen(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    if _with_actor not in connection.execute_wrappers:
        connection.execute_wrappers.append(_with_actor)


connection_created.connect(_listen)


# --- Which rows


@dataclass(frozen=True, slots=True)
class Tracking:
    """What of a model's rows is written down. Columns by name."""

    secret: Sequence[str] = ()  # that it changed is written down, but not what it was
    left_out: Sequence[str] = ()  # no change of anybody's


_UNTRACKED: dict[str, str] = {}
_TRACKING: dict[str, Tracking] = {}


def untracked(why: str) -> Callable[[_Model], _Model]:
    """A model without a history, and the reason."""

    def mark(model: _Model) -> _Model:
        _UNTRACKED[model._meta.label_lower] = why  # noqa: SLF001 - Django's own name
        return model

    return mark


def tracked(*, secret: Sequence[str] = (), left_out: Sequence[str] = ()) -> Callable[[_Model], _Model]:
    """A model whose history leaves something out: every other one of ours has the whole."""

    def mark(model: _Model) -> _Model:
        _TRACKING[model._meta.label_lower] = Tracking(secret, left_out)  # noqa: SLF001
        return model

    return mark


def own_models() -> list[type[models.Model]]:
    """Every model of our own apps, in the order of the apps."""
    own = [config for config in apps.get_app_configs() if config.name in settings.OWN_APPS]
    return [model for config in own for model in config.get_models()]


def tracked_models() -> dict[str, type[models.Model]]:
    """By label, such as sales.deal."""
    return {label: m for m in own_models() if (label := m._meta.label_lower) not in _UNTRACKED}  # noqa: SLF001


def untracked_models() -> Mapping[str, str]:
    """Why, by label."""
    return _UNTRACKED


def tracking_of(model: type[models.Model]) -> Tracking:
    return _TRACKING.get(model._meta.label_lower, Tracking())  # noqa: SLF001


# --- The triggers

_EVENTS: Final[dict[str, LiteralString]] = {
    "insert": "INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "update": "UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
}
_CREATE: Final = "CREATE TRIGGER {name} AFTER {event} FOR EACH STATEMENT EXECUTE FUNCTION {function}({arguments})"
_EXISTING: Final = """
SELECT c.relname, t.tgname, t.tgargs FROM pg_class c LEFT JOIN pg_trigger t
    ON t.tgrelid = c.oid AND t.tgname LIKE 'history\\_%%'
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND to_regproc(%s) IS NOT NULL
"""
Arguments = tuple[str, ...]  # of a trigger: the model's label, the columns that are secret, those left out, the key


def install(connection: BaseDatabaseWrapper, *, function: str) -> None:
    """Put the triggers on every tracked table that lacks them, and take them from every other table of ours.

    One for each kind of statement, by way of transition tables: a COPY of a hundred thousand rows is one INSERT more.
    In the middle of the migrations, what isn't there yet is left for the next time.
    """
    existing: dict[str, dict[str, Arguments]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_EXISTING, [function])
        for table, trigger, arguments in cursor.fetchall():
            words = bytes(arguments or b"").decode().split("\0")[:-1]  # each ends in a zero byte
            existing[table] |= {trigger: tuple(words)} if trigger else {}
        for model in own_models():
            table = model._meta.db_table  # noqa: SLF001 - Django's own name
            for statement in _to_do(model, existing[table], function) if table in existing else ():
                cursor.execute(statement)


def _to_do(model: type[models.Model], existing: Mapping[str, Arguments], function: str) -> Iterator[sql.Composed]:
    meta = model._meta  # noqa: SLF001
    wanted = dict.fromkeys((f"history_{name}" for name in _EVENTS), _arguments(model))
    if meta.label_lower not in tracked_models():
        wanted = {}
    for name in sorted(existing.keys() | wanted.keys()):
        if existing.get(name) == wanted.get(name):
            continue
        if name in existing:
            yield sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(name), sql.Identifier(meta.db_table))
        if name in wanted:
            yield _creation(name, meta.db_table, wanted[name], function)


def _arguments(model: type[models.Model]) -> Arguments:
    tracking = tracking_of(model)
    meta = model._meta  # noqa: SLF001
    lists = (f"{{{','.join(names)}}}" for names in (tracking.secret, tracking.left_out))
    return (meta.label_lower, *lists, str(meta.pk.column))


def _creation(name: str, table: str, arguments: Arguments, function: str) -> sql.Composed:
    return sql.SQL(_CREATE).format(
        name=sql.Identifier(name),
        event=sql.SQL(_EVENTS[name.removeprefix("history_")]).format(table=sql.Identifier(table)),
        function=sql.Identifier(function),
        arguments=sql.SQL(", ").join(map(sql.Literal, arguments)),
    )
