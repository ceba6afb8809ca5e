from django.urls import path

from commissions import views

app_name = "commissions"
urlpatterns = [
    path("statements/", views.statements, name="statements"),
    path("statements/<int:pk>/", views.statement, name="statement"),
    path("lines/<int:pk>/", views.line, name="line"),
    path("plans/", views.plans, name="plans"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("plans/<int:pk>/source", views.plan_source, name="plan-source"),
    path("periods/", views.periods, name="periods"),
    path("periods/run", views.run_start, name="run-start"),
    path("periods/<str:label>/", views.period, name="period"),
    path("periods/<str:label>/run", views.run, name="run"),
    path("periods/<str:label>/payouts.csv", views.export, name="export"),
]
