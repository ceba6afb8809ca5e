"""Asking for an adjustment or a split: what it would do is shown first, and saved as it was shown."""

from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Company, User
from accounts.policies import require
from commissions.forms.adjusting import AdjustmentForm, SplitForm
from commissions.models import Adjustment, AdjustmentGroup
from commissions.policies import can_adjust
from commissions.selectors.adjusting import Wanted, effects, moving_periods, refusals, why_another
from commissions.selectors.words import in_words
from commissions.services.adjustments import AdjustmentRefused, File, Source, propose_adjustments
from core.http import AuthedRequest

_KEPT_SECONDS = 3600
_STARTS = ("dispute", "payee", "period", "currency", "kind", "amount", "reason", "deal", "giver")


@require_http_methods(["GET", "POST"])
@require(can_adjust)
def adjustment_new(request: AuthedRequest) -> HttpResponse:
    return _asked(request, AdjustmentForm, AdjustmentGroup.Kind.ONE)


@require_http_methods(["GET", "POST"])
@require(can_adjust)
def adjustment_split(request: AuthedRequest) -> HttpResponse:
    return _asked(request, SplitForm, AdjustmentGroup.Kind.SPLIT)


def _asked(
    request: AuthedRequest, form_class: type[AdjustmentForm] | type[SplitForm], kind: AdjustmentGroup.Kind
) -> HttpResponse:
    """The first POST shows what it would do, the second one saves it; without scripts as well."""
    options: dict[str, Any] = {
        "viewer": request.user,
        "on": timezone.localdate(),
        "periods": moving_periods(),
    }
    if request.method == "GET":
        return _page(request, form_class(initial=_initial(request), **options), kind)
    form = form_class(request.POST, request.FILES, **options)
    wanted = form.wanted() if form.is_valid() else []
    if wanted and _may_be(request, form, wanted):
        if "save" in request.POST and form.seen_amounts() is not None:
            group = _saved(request, form, wanted, kind)
            if group:
                messages.success(request, _saved_text(group))
                if found := wanted[0].dispute:
                    return redirect("commissions:dispute", found.pk)
                return redirect("commissions:adjustment", group.adjustments.order_by("pk")[0].pk)
        elif not form.errors:
            _keep_file(request.user, form)
            return _page(request, form, kind, wanted=wanted)
    return _page(request, form, kind, wanted=() if form.errors and not wanted else wanted, status=422)


def _initial(request: AuthedRequest) -> dict[str, Any]:
    """As a link from a statement or a dispute fills it."""
    company = Company.objects.first()
    given = {name: request.GET[name][:400] for name in _STARTS if name in request.GET}
    return {"currency": company.currency if company else "USD", "token": token_urlsafe(24), **given}


def _may_be(request: AuthedRequest, form: AdjustmentForm | SplitForm, wanted: Sequence[Wanted]) -> bool:
    for why in refusals(wanted, user=request.user, today=timezone.localdate()).values():
        form.add_error(None, in_words(why))
    return not form.errors


def _file_key(user: User, token: str) -> str:
    return f"evidence-{user.pk}-{token}"


def _keep_file(user: User, form: AdjustmentForm | SplitForm) -> None:
    """A browser doesn't send a file again with what is confirmed: it waits here for an hour."""
    if file := form.cleaned_data.get("evidence"):
        cache.set(_file_key(user, form.cleaned_data["token"]), file, _KEPT_SECONDS)


def _saved(
    request: AuthedRequest, form: AdjustmentForm | SplitForm, wanted: Sequence[Wanted], kind: AdjustmentGroup.Kind
) -> AdjustmentGroup | None:
    token = form.cleaned_data["token"]
    file = form.cleaned_data.get("evidence") or cache.get(_file_key(request.user, token))
    if request.POST.get("has_file") and not file:
        form.add_error("evidence", _("The file is no longer here. Choose it again."))
        return None
    try:
        return propose_adjustments(
            wanted=wanted, source=Source(token, kind), seen=form.seen_amounts(),
            evidence=File(*file) if file else None, acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except AdjustmentRefused as error:
        form.add_error(None, str(error))
        return None


def _saved_text(group: AdjustmentGroup) -> str:
    if group.adjustments.filter(status=Adjustment.Status.PROPOSED).exists():
        return _("It is asked for. It counts once somebody else of finance has approved it.")
    return _("The adjustment counts. The statement follows within moments.")


def _page(
    request: AuthedRequest,
    form: AdjustmentForm | SplitForm,
    kind: AdjustmentGroup.Kind,
    wanted: Sequence[Wanted] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "has_periods": form.fields["period"].queryset.exists()}  # type: ignore[attr-defined]
    if wanted:
        done = effects(wanted)
        token = form.cleaned_data["token"]
        context |= {
            "effects": done,
            "why": why_another(wanted, user=request.user),
            "seen": " ".join(str(each.after_minor) for each in done),
            "kept_file": (cache.get(_file_key(request.user, token)) or ("",))[0],
        }
    template = "commissions/adjustment_new.html" if kind == "one" else "commissions/adjustment_split.html"
    return render(request, template, context, status=status)
