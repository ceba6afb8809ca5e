"""Rows from a spreadsheet: looked at first, applied then."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policies import require
from commissions.engine.pasted import PastedRow
from commissions.policies import can_assign
from commissions.selectors.roster_check import Check, RowOutcome, check
from commissions.selectors.roster_words import said
from commissions.selectors.words import in_words
from commissions.services.roster import AssignmentRefused, apply_pasted
from commissions.views.pasting import result_context, rows_in, shown_first
from commissions.views.roster import saved_text
from commissions.views.roster_forms import PasteForm
from core.http import AuthedRequest


@require_http_methods(["GET", "POST"])
@require(can_assign)
def roster_paste(request: AuthedRequest) -> HttpResponse:
    """Say row by row what would happen; apply it when what was looked at still holds."""
    if request.method == "GET":
        return _paste_page(request, PasteForm(), None, 200)
    form = PasteForm(request.POST, request.FILES)
    rows = rows_in(form)
    if not rows:
        return _paste_page(request, form, None, 422)
    if "apply" in request.POST and _applied(request, form, rows):
        return redirect("commissions:roster")
    checked = check(rows, form.signs)
    return _paste_page(request, form, checked, 422 if "apply" in request.POST else 200)


def _applied(request: AuthedRequest, form: PasteForm, rows: list[PastedRow]) -> bool:
    try:
        done = apply_pasted(
            rows=rows, signs=form.signs, fingerprint=form.cleaned_data["seen"], acting_user=request.user,
            now=timezone.now(),
        )  # fmt: skip
    except AssignmentRefused as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, saved_text(len(done.changes)))
    return True


def _paste_page(request: AuthedRequest, form: PasteForm, checked: Check | None, status: int) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "check": checked}
    if checked:
        lines = [_line(row) for row in shown_first(checked.rows)]
        context |= {
            "lines": lines,
            **result_context(form, checked.rows, checked.fingerprint, changes=bool(checked.changes)),
        }
    return render(request, "commissions/roster_paste.html", context, status=status)


def _line(outcome: RowOutcome) -> dict[str, Any]:
    if outcome.refused:
        texts: tuple[str, ...] = tuple(map(in_words, outcome.refused))
    else:
        texts = said(outcome.before, outcome.after, outcome.currency) or (_("As it is already."),)
    return {
        "number": outcome.row.line,
        "result": outcome.result.value,
        "cells": (
            (_("Person"), outcome.person.name if outcome.person else outcome.row["person"]),
            (_("Plan"), outcome.plan.name if outcome.plan else outcome.row["plan"]),
        ),
        "texts": texts,
        "warned": in_words(outcome.warned) if outcome.warned else "",
    }
