from importlib import import_module

from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "commissions"

    def ready(self) -> None:
        import_module("commissions.receivers")
