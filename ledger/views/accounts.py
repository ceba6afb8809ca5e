"""Which account takes what moves: the company's rules."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policies import require
from core.http import AuthedRequest
from ledger import services
from ledger.forms import RuleForm
from ledger.models import AccountRule
from ledger.policies import can_keep_books
from ledger.selectors.accounts import account_rules, default_accounts


@require_http_methods(["GET", "POST"])
@require(can_keep_books)
def accounts(request: AuthedRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("ledger:accounts")
    context = {"form": form, "rules": account_rules(), "defaults": default_accounts()}
    return render(request, "ledger/accounts.html", context, status=422 if request.method == "POST" else 200)


def _saved(request: AuthedRequest, form: RuleForm) -> bool:
    try:
        services.save_rule(**form.cleaned_data, acting_user=request.user)
    except services.RuleRefused as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("The account is saved. Journals go by it from now on."))
    return True


@require_POST
@require(can_keep_books)
def account_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    services.remove_rule(rule=get_object_or_404(AccountRule, pk=pk), acting_user=request.user)
    messages.success(request, _("The rule is removed. What it took goes to the account of the next that fits."))
    return redirect("ledger:accounts")
