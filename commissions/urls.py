from django.urls import path

from commissions.views import drafts, estimator, periods, plans, roster, roster_paste, statements, whatif

app_name = "commissions"
urlpatterns = [
    path("statements/", statements.statements, name="statements"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("lines/<int:pk>/", statements.line, name="line"),
    path("estimator/", estimator.estimator, name="estimator"),
    path("estimator/<int:pk>/", estimator.estimator, name="estimator-of"),
    path("estimator/<int:pk>/deals/<slug:key>/", estimator.estimated, name="estimated"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", drafts.plan_new, name="plan-new"),
    path("plans/new/upload", drafts.plan_upload, name="plan-upload"),
    path("plans/new/write", drafts.plan_write, name="plan-write"),
    path("plans/check", drafts.plan_check, name="plan-check"),
    path("plans/<int:pk>/edit", drafts.plan_edit, name="plan-edit"),
    path("plans/<int:pk>/publish", drafts.plan_publish, name="plan-publish"),
    path("plans/<int:pk>/retire", drafts.plan_retire, name="plan-retire"),
    path("plans/<int:pk>/discard", drafts.plan_discard, name="plan-discard"),
    path("plans/<int:pk>/changes", plans.plan_changes, name="plan-changes"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/source", plans.plan_source, name="plan-source"),
    path("people/", roster.roster, name="roster"),
    path("people/save", roster.roster_save, name="roster-save"),
    path("people/paste", roster_paste.roster_paste, name="roster-paste"),
    path("people/<int:pk>/", roster.roster_person, name="roster-person"),
    path("whatif/", whatif.whatif, name="whatif"),
    path("whatif/scenarios/", whatif.scenarios, name="scenarios"),
    path("whatif/compared/", whatif.compared, name="scenarios-compared"),
    path("whatif/scenarios/<int:pk>/draft", whatif.scenario_draft, name="scenario-draft"),
    path("whatif/scenarios/<int:pk>/delete", whatif.scenario_delete, name="scenario-delete"),
    path("periods/", periods.periods, name="periods"),
    path("periods/run", periods.run_start, name="run-start"),
    path("periods/<str:label>/", periods.period, name="period"),
    path("periods/<str:label>/run", periods.run, name="run"),
    path("periods/<str:label>/payouts.csv", periods.export, name="export"),
]
