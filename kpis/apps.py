from importlib import import_module

from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        import_module("kpis.receivers")
