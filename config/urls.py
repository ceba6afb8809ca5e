"""Every address of the application, app by app."""

from django.urls import include, path

from core import live

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("live/", live.stream, name="live"),
    path("people/", include("accounts.urls")),
    path("sales/", include("sales.urls")),
    path("commissions/", include("commissions.urls")),
    path("leaderboards/", include("leaderboards.urls")),
    path("", include("dashboards.urls")),
]
