from django.urls import path

from sales.views import columns, deals, imports, mappings, rates

app_name = "sales"
urlpatterns = [
    path("deals/", deals.deals, name="deals"),
    path("deals/new", deals.deal_edit, name="deal-new"),
    path("deals/suggestions/<str:kind>", deals.suggestions, name="suggestions"),
    path("deals/<int:pk>/", deals.deal, name="deal"),
    path("deals/<int:pk>/edit", deals.deal_edit, name="deal-edit"),
    path("deals/<int:pk>/close", deals.deal_close, name="deal-close"),
    path("deals/<int:pk>/cancel", deals.deal_cancel, name="deal-cancel"),
    path("deals/<int:pk>/payments", deals.payment_record, name="payment-record"),
    path("deals/<int:pk>/payments/<int:payment>/remove", deals.payment_remove, name="payment-remove"),
    path("rates/", rates.rates, name="rates"),
    path("rates/new", rates.rate_edit, name="rate-new"),
    path("rates/<int:pk>/", rates.rate_edit, name="rate"),
    path("rates/<int:pk>/remove", rates.rate_remove, name="rate-remove"),
    # Imports and their mappings
    path("imports/", imports.imports, name="imports"),
    path("imports/new", imports.import_new, name="import-new"),
    path("imports/template/<str:kind>.csv", imports.import_template, name="import-template"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/state", imports.import_state, name="import-state"),
    path("imports/<int:pk>/columns", columns.import_columns, name="import-columns"),
    path("imports/<int:pk>/source", columns.import_source, name="import-source"),
    path("imports/<int:pk>/apply", imports.import_apply, name="import-apply"),
    path("imports/<int:pk>/check", imports.import_check, name="import-check"),
    path("imports/<int:pk>/refused.csv", imports.import_refused, name="import-refused"),
    path("imports/mappings/", mappings.mappings, name="mappings"),
    path("imports/mappings/new", mappings.mapping, name="mapping-new"),
    path("imports/mappings/<int:pk>/", mappings.mapping, name="mapping"),
    path("imports/mappings/<int:pk>/delete", mappings.mapping_delete, name="mapping-delete"),
]
