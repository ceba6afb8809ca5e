"""How one person is paid: for finance, and for herself."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.policies import require
from commissions.models import Statement
from core.htmx import wants_fragment
from core.http import AuthedRequest
from payouts import papers, policies, selectors, services
from payouts.forms import AccountActForm, AccountForm, HoldForm, ProfileForm, profile_initial
from payouts.models import BankAccount, Hold
from payouts.papers.batch import XLSX
from payouts.selectors.own import as_own
from payouts.views.shared import PER_PAGE, done, refuse


@require_GET
@require(policies.can_pay)
def person(request: AuthedRequest, pk: int) -> HttpResponse:
    return _person_page(request, get_object_or_404(User, pk=pk), 200)


def _person_page(
    request: AuthedRequest, shown: User, status: int, profile: ProfileForm | None = None, hold: HoldForm | None = None
) -> HttpResponse:
    page = Paginator(selectors.own_payouts(shown), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "person": shown,
        "rows": selectors.due_rows(on=timezone.localdate(), payees=[shown.pk]),
        "accounts": _with_acts(request.user, list(selectors.accounts_of(shown))),
        "hold": selectors.hold_of(shown),
        "page": page,
        "payouts": as_own(page),
        "profile_form": profile or ProfileForm(initial=profile_initial(selectors.profile_of(shown))),
        "hold_form": hold or HoldForm(),
    }
    return render(request, "payouts/person.html", context, status=status)


def _with_acts(user: User, accounts: list[BankAccount]) -> list[tuple[BankAccount, bool]]:
    """Each with whether this user may decide about it."""
    return [
        (row, policies.may_decide_account(user, owner_id=row.user_id, proposed_by_id=row.proposed_by_id))
        for row in accounts
    ]


@require_POST
@require(policies.can_pay)
def profile(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _person_page(request, shown, 422, profile=form)
    services.save_profile(user=shown, **form.given(), acting_user=request.user, now=timezone.now())
    messages.success(request, _("Saved. The next batch goes by it."))
    return redirect("payouts:person", pk)


@require_POST
@require(policies.can_pay)
def hold_place(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _person_page(request, shown, 422, hold=form)
    reason = form.cleaned_data["reason"]
    services.place_hold(user=shown, reason=reason, acting_user=request.user, now=timezone.now())
    messages.success(request, _("%(name)s is held: no batch pays her or him.") % {"name": shown.name})
    return redirect("payouts:person", pk)


@require_POST
@require(policies.can_pay)
def hold_release(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Hold, pk=pk)
    services.release_hold(hold=shown, acting_user=request.user, now=timezone.now())
    messages.success(request, _("Released. The next batch pays what is due."))
    return redirect("payouts:person", shown.user_id)


@require_GET
@require(policies.can_pay)
def accounts(request: AuthedRequest) -> HttpResponse:
    """Everybody's, those that wait for a confirmation first."""
    page = Paginator(selectors.account_rows(), PER_PAGE).get_page(request.GET.get("page"))
    rows = _with_acts(request.user, list(page))
    return render(request, "payouts/accounts.html", {"page": page, "rows": rows})


@require_POST
@login_required
def account_act(request: AuthedRequest, pk: int) -> HttpResponse:
    """Confirm or refuse, as somebody else of finance; or end one's own, or as finance anybody's."""
    shown = get_object_or_404(BankAccount.objects.visible_to(request.user), pk=pk)
    form = AccountActForm(request.POST)
    if form.is_valid():
        acts = {
            "confirm": (services.confirm_account, _("Confirmed: it is used from the next batch on.")),
            "refuse": (services.refuse_account, _("Refused. The person was told.")),
            "end": (services.end_account, _("It is no longer used.")),
        }
        act, said = acts[form.cleaned_data["act"]]
        done(request, partial(act, account=shown, acting_user=request.user, now=timezone.now()), said)
    if shown.user_id == request.user.pk:
        return redirect("payouts:mine")
    return redirect("payouts:person", shown.user_id)


@require_GET
@login_required
def mine(request: AuthedRequest) -> HttpResponse:
    """When and how much one was paid, and where one's money goes."""
    page = Paginator(selectors.own_payouts(request.user), PER_PAGE).get_page(request.GET.get("page"))
    own = [(row, False) for row in selectors.accounts_of(request.user)]
    context = {"page": page, "payouts": as_own(page), "own_accounts": own}
    return render(request, "payouts/mine.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def account_new(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """Propose where one's own money goes; as finance, where somebody else's goes."""
    if pk is not None and pk != request.user.pk and not policies.can_pay(request.user):
        raise Http404
    shown = get_object_or_404(User, pk=pk) if pk is not None else request.user
    form = AccountForm(request.POST or None, initial={"holder": shown.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_account(user=shown, **form.cleaned_data, acting_user=request.user, now=timezone.now())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Proposed. It is used once somebody else of finance has confirmed it."))
            return redirect("payouts:mine") if shown == request.user else redirect("payouts:person", shown.pk)
    context = {"form": form, "person": shown, "is_own": shown == request.user}
    return render(request, "payouts/account.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@login_required
def remittance(request: AuthedRequest, pk: int) -> HttpResponse:
    """What a payout is made of, as a sheet for whom it paid."""
    handed = selectors.handed_over_payouts().filter(counters__isnull=True)
    shown = get_object_or_404(handed.visible_to(request.user), pk=pk)
    response = HttpResponse(papers.remittance(shown), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="payout-{shown.reference}.xlsx"'
    return response


@require_GET
@login_required
@vary_on_headers("HX-Request")
def statement(request: AuthedRequest, pk: int) -> HttpResponse:
    """Of a statement: when it was paid. A part of the statement's page, or a page of its own without JavaScript."""
    found = Statement.objects.visible_to(request.user, timezone.localdate()).select_related("payee", "period")
    shown = get_object_or_404(found, pk=pk)
    is_told = shown.payee_id == request.user.pk or request.user.sees_everyone
    context = {"statement": shown, "payouts": selectors.payouts_of_statement(shown), "shows_account": is_told}
    template = "payouts/statement.html#paid" if wants_fragment(request) else "payouts/statement.html"
    return render(request, template, context)
