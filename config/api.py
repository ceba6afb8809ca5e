"""The addresses of the API, version 1."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from commissions.api import views

router = SimpleRouter(trailing_slash=True)
router.register("periods", views.PeriodViewSet, basename="period")
router.register("runs", views.RunViewSet, basename="run")
router.register("statements", views.StatementViewSet, basename="statement")
router.register("lines", views.LineViewSet, basename="line")
router.register("adjustments", views.AdjustmentViewSet, basename="adjustment")

app_name = "api"
urlpatterns = [path("openapi.yaml", SpectacularAPIView.as_view(), name="schema"), path("", include(router.urls))]
