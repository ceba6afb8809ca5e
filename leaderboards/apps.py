from importlib import import_module

from django.apps import AppConfig


class LeaderboardsConfig(AppConfig):
    name = "leaderboards"

    def ready(self) -> None:
        import_module("leaderboards.receivers")
