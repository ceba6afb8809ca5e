"""The two roles of the database: the owner migrates it, the application reads and writes rows and does nothing else.

The application's role owns nothing. So it can't truncate a table, disable a trigger, replace a function, drop or alter
anything; and what triggers keep (closed periods, the ledger, exported batches, the history) stays so, whatever the
application is made to send.
"""

import os
from typing import Final
from urllib.parse import unquote, urlsplit

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from config.run import places

OWNERS_COMMANDS: Final = {"migrate", "flush", "bench", "test", "dbshell"}
_READ_ONLY: Final = ("accounts_change", "django_migrations")
_MAINTAIN: Final = 170_000  # the version that has a privilege for ANALYZE; an older one passes it over
_GRANTS: Final = (
    "GRANT TEMPORARY ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # What migrations of a later version make, until `prepare` has run again.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)


def owner_url() -> str:
    """The address for migrations: DATABASE_OWNER_URL, else DATABASE_URL, else the embedded server's owner.

    Who names only DATABASE_URL has one role for everything, as before there were two.
    """
    named = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    return named or places.database_url(places.socket_directory(), places.USER)


def application_url() -> str:
    return os.environ.get("DATABASE_URL") or places.default_database_url()


def user_of(url: str) -> str:
    """
    >>> user_of("postgres://juara_app:p%40ss@db.example.com/juara")
    'juara_app'
    """
    return unquote(urlsplit(url).username or "")


def become_owner() -> None:
    """Let this process, and what it starts, be the owner: before Django reads its settings."""
    os.environ["DATABASE_URL"] = owner_url()


def make_role(connection: BaseDatabaseWrapper, role: str) -> None:
    """Make a role that may sign in, on the embedded server, where whoever reaches the socket may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give the application's role what it needs, and nothing else: to be called by the owner, after each migration."""
    names = {
        "role": sql.Identifier(role),
        "database": sql.Identifier(str(connection.settings_dict["NAME"])),
    }
    with connection.cursor() as cursor:
        for statement in _GRANTS:
            cursor.execute(sql.SQL(statement).format(**names))
        for table in _READ_ONLY:
            revoke = sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {role}")
            cursor.execute(revoke.format(sql.Identifier(table), **names))
        if connection.pg_version >= _MAINTAIN:  # type: ignore[attr-defined]
            cursor.execute(sql.SQL("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {role}").format(**names))
