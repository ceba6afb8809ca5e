"""Adjustments from a list: looked at first, asked for then."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Company
from accounts.policies import require
from commissions.engine.pasted import ADJUSTMENTS, PastedRow
from commissions.engine.roster import Refused
from commissions.policies import can_adjust
from commissions.selectors.adjusting import moving_periods
from commissions.selectors.adjustments_check import Check, Given, RowOutcome, check
from commissions.selectors.words import in_words
from commissions.services.adjustments import AdjustmentRefused
from commissions.services.adjustments_list import apply_list
from commissions.views.adjustments_form import AdjustmentsListForm
from commissions.views.pasting import result_context, rows_in, shown_first
from core.http import AuthedRequest
from core.templatetags import formats
from core.templatetags.juara import locale
from core.templatetags.juara import period as period_name


@require_http_methods(["GET", "POST"])
@require(can_adjust)
def adjustments_list(request: AuthedRequest) -> HttpResponse:
    """Say row by row what would be adjusted; ask for it when what was looked at still holds."""
    periods = moving_periods()
    if request.method == "GET":
        company = Company.objects.first()
        initial = {"currency": company.currency if company else "USD"}
        return _page(request, AdjustmentsListForm(periods=periods, initial=initial), None, 200)
    form = AdjustmentsListForm(request.POST, request.FILES, periods=periods)
    rows = rows_in(form, ADJUSTMENTS)
    checked = _checked(request, form, rows) if rows else None
    if checked is None:
        return _page(request, form, None, 422)
    if "apply" in request.POST and _applied(request, form, rows):
        return redirect("commissions:adjustments")
    return _page(request, form, checked, 422 if "apply" in request.POST else 200)


def _given(form: AdjustmentsListForm) -> Given:
    return Given(form.cleaned_data["period"], form.cleaned_data["currency"], form.signs)


def _checked(request: AuthedRequest, form: AdjustmentsListForm, rows: list[PastedRow]) -> Check | None:
    try:
        return check(rows, _given(form), user=request.user, today=timezone.localdate())
    except Refused as error:
        form.add_error("text", in_words(error.told))
        return None


def _applied(request: AuthedRequest, form: AdjustmentsListForm, rows: list[PastedRow]) -> bool:
    said = form.cleaned_data
    try:
        done = apply_list(
            rows=rows, given=_given(form), fingerprint=said["seen"], file_name=said["file_name"],
            acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except AdjustmentRefused as error:
        form.add_error(None, str(error))
        return False
    if done:
        text = ngettext("%(n)s adjustment was asked for.", "%(n)s adjustments were asked for.", done)
        messages.success(request, text % {"n": formats.number(done, locale())})
    else:
        messages.info(request, _("Every row of this list was there already: nothing was asked for again."))
    return True


def _page(request: AuthedRequest, form: AdjustmentsListForm, checked: Check | None, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form, "check": checked, "action": reverse("commissions:adjustments-list"),
        "has_periods": form.fields["period"].queryset.exists(),  # type: ignore[attr-defined]
    }  # fmt: skip
    if checked:
        context |= {
            "lines": [_line(row) for row in shown_first(checked.rows)],
            "before": checked.applied_before,
            **result_context(form, checked.rows, checked.fingerprint, changes=bool(checked.wanted)),
        }
    return render(request, "commissions/adjustments_list.html", context, status=status)


def _line(outcome: RowOutcome) -> dict[str, Any]:
    row = outcome.row
    return {
        "number": row.line,
        "result": outcome.result.value,
        "cells": (
            (_("Person"), outcome.person.name if outcome.person else row["person"]),
            (_("Reason"), row["reason"]),
        ),
        "texts": outcome.refused or tuple(_said(outcome)),
        "warned": _("Waits for a second person of finance.") if outcome.waits else "",
    }


def _said(outcome: RowOutcome) -> list[str]:
    if outcome.there is not None:
        return [_("Asked for already, as adjustment %(number)s.") % {"number": outcome.there}]
    effect = outcome.effect
    if effect is None:
        return []
    code = effect.wanted.currency
    words = {
        "amount": formats.written_money(effect.wanted.amount_minor, code, locale(), signed=True).text,
        "before": formats.written_money(effect.before_minor, code, locale()).text,
        "after": formats.written_money(effect.after_minor, code, locale()).text,
        "period": period_name(effect.wanted.period.label),
    }
    return [_("%(amount)s in %(period)s: payable %(before)s, then %(after)s.") % words]
