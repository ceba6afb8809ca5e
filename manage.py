#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from config.history import command
from config.run import roles

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if roles.OWNERS_COMMANDS & set(sys.argv[1:2]):
        roles.become_owner()
    with command(sys.argv):
        execute_from_command_line(sys.argv)
