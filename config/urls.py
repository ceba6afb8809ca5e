"""Every address of the application, app by app."""

from django.urls import include, path

from accounts.views import language
from config.health import healthz
from core import live

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("healthz/", healthz, name="healthz"),
    path("i18n/setlang/", language, name="set_language"),
    path("live/", live.stream, name="live"),
    path("people/", include("accounts.urls")),
    path("sales/", include("sales.urls")),
    path("commissions/", include("commissions.urls")),
    path("leaderboards/", include("leaderboards.urls")),
    path("", include("dashboards.urls")),
]
