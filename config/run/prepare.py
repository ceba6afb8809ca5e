"""Make the database ready for this version of the code, in one process: each Django start costs a second.

`python -m config.run.prepare [--demo]`
"""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command

from config.run import translations


def main(arguments: list[str]) -> None:
    """Compile translations and migrate; with `--demo` fill an empty database with the demo company."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    translations.compile_all()
    django.setup()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
    call_command("migrate", interactive=False, verbosity=1)
    if "--demo" in arguments:
        call_command("demo", if_empty=True)


if __name__ == "__main__":
    main(sys.argv[1:])
