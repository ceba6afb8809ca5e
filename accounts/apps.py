from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from core import history


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        post_migrate.connect(_keep_history, sender=self)


def _keep_history(*, using: str, **_: object) -> None:
    """Once all apps are migrated, every table that should have a history has one."""
    history.install(connections[using], function="accounts_record_change")
