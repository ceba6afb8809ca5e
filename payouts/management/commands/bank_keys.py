from argparse import ArgumentParser

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from payouts import services


class Command(BaseCommand):
    help = "The keys that seal account numbers: `bank_keys new` makes one, `bank_keys rotate` seals all with the first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("new", help="print a new key, to be put first in FIELD_ENCRYPTION_KEYS")
        actions.add_parser("derived", help="print the key that is used while FIELD_ENCRYPTION_KEYS is empty")
        actions.add_parser("rotate", help="seal every account number and file with the first of FIELD_ENCRYPTION_KEYS")

    def handle(self, *, action: str, **_options: object) -> None:
        if action == "new":
            self.stdout.write(services.new_key())
            return
        if action == "derived":
            self.stdout.write(services.derived_key())
            return
        try:
            done = services.reseal_all()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{done} values are sealed with the first key. Older keys may go now, once backups may.")
