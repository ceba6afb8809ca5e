"""Make the database ready for this version of the code, in one process: each Django start costs a second.

`python -m config.run.prepare [--demo]`
"""

import os
import sys

import django
import environ
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.history import command
from config.run import places, roles, translations


def main(arguments: list[str]) -> None:
    """Compile translations, migrate as the owner; with `--demo` fill an empty database with the demo company.

    1. migrate, as the owner; 2. give the application's role what it needs; 3. go on as that role.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    application, embedded = roles.application_url(), not os.environ.get("DATABASE_URL")
    roles.become_owner()
    translations.compile_all()
    django.setup()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
    with command(["prepare"]):
        call_command("migrate", interactive=False, verbosity=0 if "--quiet" in arguments else 1)
        _hand_over(application, embedded=embedded)
        if "--demo" in arguments:
            call_command("demo", if_empty=True)


def _hand_over(application: str, *, embedded: bool) -> None:
    role = roles.user_of(application)
    if role == roles.user_of(roles.owner_url()):
        return
    if embedded or role == places.APPLICATION:
        roles.make_role(connection, role)
    roles.grant(connection, role)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict.update(environ.Env.db_url_config(application))
    os.environ["DATABASE_URL"] = application


if __name__ == "__main__":
    main(sys.argv[1:])
