from django.urls import path, re_path

from ledger.views import accounts, costs, journals

app_name = "ledger"
urlpatterns = [
    path("", journals.journals, name="journals"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<int:pk>/remove", accounts.account_remove, name="account-remove"),
    path("contracts/", costs.costs, name="costs"),
    path("contracts/costs.xlsx", costs.costs_file, name="costs-file"),
    path("contracts/policy", costs.policy, name="policy"),
    path("journals/<str:reference>/", journals.journal, name="journal"),
    re_path(r"^journals/(?P<reference>[^/]+)/journal\.(?P<form>csv|xlsx)$", journals.journal_file, name="journal-file"),
]
