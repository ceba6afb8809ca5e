"""Every address of the application, app by app."""

from allauth.account import urls as allauth
from django.urls import include, path

from accounts.views import language
from config.health import healthz
from core import live

# Of allauth only what signs people in: the addresses they sign in with are for administrators to change.
SIGN_IN = [
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
]

urlpatterns = [
    path("accounts/", include([pattern for pattern in allauth.urlpatterns if pattern.name in SIGN_IN])),
    path("healthz/", healthz, name="healthz"),
    path("i18n/setlang/", language, name="set_language"),
    path("live/", live.stream, name="live"),
    path("people/", include("accounts.urls")),
    path("sales/", include("sales.urls")),
    path("commissions/", include("commissions.urls")),
    path("leaderboards/", include("leaderboards.urls")),
    path("payouts/", include("payouts.urls")),
    path("ledger/", include("ledger.urls")),
    path("history/", include("audit.urls")),
    path("api/v1/", include("config.api")),
    path("", include("dashboards.urls")),
]
