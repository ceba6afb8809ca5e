"""Make the database ready for this version of the code, in one process: each Django start costs a second."""

import os

import django
from django.core.management import call_command

from config.run import translations

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    translations.compile_all()
    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    if os.environ.get("DEMO", "yes").lower() not in {"no", "0", "false", "off"}:
        call_command("demo", if_empty=True)
