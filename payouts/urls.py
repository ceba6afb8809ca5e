from django.urls import path

from payouts.views import batches, company, due, people

app_name = "payouts"
urlpatterns = [
    path("", due.due, name="due"),
    path("batches/", batches.batches, name="batches"),
    path("batches/new", due.batch_new, name="batch-new"),
    path("batches/<int:number>/", batches.batch, name="batch"),
    path("batches/<int:number>/act", batches.batch_act, name="batch-act"),
    path("batches/<int:number>/answer", batches.batch_answer, name="batch-answer"),
    path("batches/<int:number>/files/<str:name>", batches.batch_file, name="batch-file"),
    path("answers/<int:pk>/book", batches.difference_book, name="difference-book"),
    path("payouts/<int:pk>/act", batches.payout_act, name="payout-act"),
    path("payouts/<int:pk>/remittance.xlsx", people.remittance, name="remittance"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/profile", people.profile, name="profile"),
    path("people/<int:pk>/hold", people.hold_place, name="hold-place"),
    path("people/<int:pk>/account", people.account_new, name="account-new-of"),
    path("holds/<int:pk>/release", people.hold_release, name="hold-release"),
    path("accounts/", people.accounts, name="accounts"),
    path("accounts/<int:pk>/act", people.account_act, name="account-act"),
    path("mine/", people.mine, name="mine"),
    path("mine/account", people.account_new, name="account-new"),
    path("statements/<int:pk>/", people.statement, name="statement"),
    path("company/", company.company, name="company"),
    path("company/account", company.company_account, name="company-account"),
    path("company/accounts/<int:pk>/end", company.company_account_end, name="company-account-end"),
    path("company/files/new", company.mapping, name="mapping-new"),
    path("company/files/<int:pk>/", company.mapping, name="mapping"),
    path("company/files/<int:pk>/delete", company.mapping_delete, name="mapping-delete"),
]
