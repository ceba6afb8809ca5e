from importlib import import_module

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        import_module("sales.receivers")
