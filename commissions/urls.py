from django.urls import path

from commissions.views import estimator, periods, plans, statements

app_name = "commissions"
urlpatterns = [
    path("statements/", statements.statements, name="statements"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("lines/<int:pk>/", statements.line, name="line"),
    path("estimator/", estimator.estimator, name="estimator"),
    path("estimator/<int:pk>/", estimator.estimator, name="estimator-of"),
    path("estimator/<int:pk>/deals/<slug:key>/", estimator.estimated, name="estimated"),
    path("plans/", plans.plans, name="plans"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/source", plans.plan_source, name="plan-source"),
    path("periods/", periods.periods, name="periods"),
    path("periods/run", periods.run_start, name="run-start"),
    path("periods/<str:label>/", periods.period, name="period"),
    path("periods/<str:label>/run", periods.run, name="run"),
    path("periods/<str:label>/payouts.csv", periods.export, name="export"),
]
