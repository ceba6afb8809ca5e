"""Scores from a spreadsheet: looked at first, entered then."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policies import require
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.pasted import SCORES, PastedRow
from commissions.policies import can_enter_scores
from commissions.selectors.scores_check import Check, RowOutcome, check
from commissions.selectors.words import in_words
from commissions.services.scores import PasteRefused, enter_pasted
from commissions.views.pasting import result_context, rows_in, shown_first
from commissions.views.roster_forms import ScoresPasteForm
from commissions.views.scores import chosen_window, saved_text
from core.http import AuthedRequest
from core.periods import Period
from core.templatetags.juara import percent


@require_http_methods(["GET", "POST"])
@require(can_enter_scores)
def scores_paste(request: AuthedRequest) -> HttpResponse:
    """Say row by row what would be entered for a window; enter it when what was looked at still holds."""
    _offered, window = chosen_window(request)
    if window is None:
        raise Http404("no plan counts scores")
    if request.method == "GET":
        return _page(request, window, ScoresPasteForm(), None, 200)
    form = ScoresPasteForm(request.POST, request.FILES)
    rows = rows_in(form, SCORES)
    if not rows:
        return _page(request, window, form, None, 422)
    if "apply" in request.POST and _entered(request, window, form, rows):
        return redirect(f"{reverse('commissions:scores')}?{urlencode({'of': window.label})}")
    checked = check(rows, window, user=request.user, today=timezone.localdate())
    return _page(request, window, form, checked, 422 if "apply" in request.POST else 200)


def _entered(request: AuthedRequest, window: Period, form: ScoresPasteForm, rows: list[PastedRow]) -> bool:
    seen = form.cleaned_data["seen"]
    try:
        changed = enter_pasted(rows=rows, window=window, fingerprint=seen, acting_user=request.user, now=timezone.now())
    except PasteRefused as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, saved_text(changed))
    return True


def _page(
    request: AuthedRequest, window: Period, form: ScoresPasteForm, checked: Check | None, status: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form, "check": checked, "window": window,
        "action": f"{reverse('commissions:scores-paste')}?{urlencode({'of': window.label})}",
        "back": f"{reverse('commissions:scores')}?{urlencode({'of': window.label})}",
    }  # fmt: skip
    if checked:
        lines = [_line(row) for row in shown_first(checked.rows)]
        context |= {
            "lines": lines,
            **result_context(form, checked.rows, checked.fingerprint, changes=bool(checked.entries)),
        }
    return render(request, "commissions/scores_paste.html", context, status=status)


def _line(outcome: RowOutcome) -> dict[str, Any]:
    return {
        "number": outcome.row.line,
        "result": outcome.result.value,
        "cells": (
            (_("Person"), outcome.person.name if outcome.person else outcome.row["person"]),
            (_("Objective"), outcome.asked.name if outcome.asked else outcome.row["objective"]),
        ),
        "texts": outcome.refused or _said(outcome),
        "warned": in_words(outcome.warned) if outcome.warned else "",
    }


def _said(outcome: RowOutcome) -> tuple[str, ...]:
    """What is entered, and what it replaces."""
    if outcome.entry is None or outcome.asked is None:
        return (_("As it is already."),)
    held, new = outcome.asked.cell.score, outcome.entry
    words = {"score": _percent(new.score_ppm), "before": _percent(held.score_ppm if held else None)}
    is_other = held is not None and held.score_ppm not in (None, new.score_ppm)
    score = _("%(score)s, instead of %(before)s.") % words if is_other else _("%(score)s.") % words
    is_new_note = new.note and (held is None or held.note != new.note)
    return (score, *([_("Note: %(note)s") % {"note": new.note}] if is_new_note else []))


def _percent(ppm: int | None) -> str:
    return percent(None if ppm is None else Decimal(ppm) / WHOLE_SHARE, 4)
