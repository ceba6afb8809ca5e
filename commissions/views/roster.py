"""Who is on which plan: a grid to read, to edit, to paste into, and a person's history."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.policies import require
from commissions.engine.pasted import PastedRow
from commissions.engine.roster import Refused
from commissions.models import Plan
from commissions.policies import can_assign, can_see_roster
from commissions.selectors.acceptances import acceptance_history
from commissions.selectors.plans import quarter_of
from commissions.selectors.roster import RosterRow, Show, roster_people, roster_rows
from commissions.selectors.roster_check import refuse_unknown_component, wish_of
from commissions.selectors.roster_history import plan_histories
from commissions.selectors.roster_state import Place, components_of, documents_of
from commissions.selectors.words import in_words
from commissions.services.roster import AssignmentRefused, apply_wishes
from commissions.views.roster_forms import AssignForm, PasteForm, RosterFilter, usual_signs
from commissions.views.roster_grid import Asked, Grid, lines_of
from commissions.views.shared import PER_PAGE, page_or_fragment
from core.http import AuthedRequest


@require_GET
@require(can_see_roster)
@vary_on_headers("HX-Request")
def roster(request: AuthedRequest) -> HttpResponse:
    context = _page(request, timezone.localdate())
    return render(request, page_or_fragment(request, "commissions/roster.html", "roster"), context)


def _page(request: AuthedRequest, today: date) -> dict[str, Any]:
    form = RosterFilter(request.GET)
    form.is_valid()  # an unknown team or plan filters by nothing
    chosen = form.cleaned_data
    show = Show(chosen.get("show") or "")
    people = roster_people(
        today=today, text=chosen.get("q", ""), team=chosen.get("team"), plan=chosen.get("plan"), show=show
    )
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "form": form,
        "page": page,
        "show": show,
        **_grid_context(request, roster_rows(list(page.object_list), today)),
        "quotas_from": quarter_of(chosen.get("plan"), today).start,
    }


def _grid_context(
    request: AuthedRequest, rows: tuple[RosterRow, ...], grid: Grid | None = None, asked: tuple[Asked, ...] = ()
) -> dict[str, Any]:
    refused = {each.name: each.refused for each in asked if each.refused}
    may_edit = can_assign(request.user)
    return {
        "rows": [(row, list(lines_of(row, grid, refused))) for row in rows],
        "may_edit": may_edit,
        "plans": Plan.objects.order_by("name") if may_edit else (),
        "paste": PasteForm() if may_edit else None,
        "quotas_from": grid.quotas_from if grid else quarter_of(None, timezone.localdate()).start,
    }


@require_POST
@require(can_assign)
def roster_save(request: AuthedRequest) -> HttpResponse:
    """Save what was edited on a page of the grid: all of it, or nothing and why."""
    today = timezone.localdate()
    keys = [key for key in request.POST.getlist("person")[:PER_PAGE] if key.isascii() and key.isdecimal()]
    rows = roster_rows(User.objects.filter(pk__in=keys).order_by("name", "pk"), today)
    quotas_from = parse_date(request.POST.get("quotas_from", "")) if request.POST.get("quotas_from") else None
    grid = Grid(request.POST, rows, usual_signs(), quotas_from or today)
    asked = tuple(grid.asked())
    trouble = _save(request, grid, asked)
    if not trouble:
        return redirect(f"{reverse('commissions:roster')}?{request.GET.urlencode()}")
    context = {**_page(request, today), **_grid_context(request, rows, grid, asked), "trouble": trouble}
    return render(request, "commissions/roster.html", context, status=422)


def _save(request: AuthedRequest, grid: Grid, asked: tuple[Asked, ...]) -> str:
    """Apply what was asked for; returns why not, or nothing."""
    if any(each.refused for each in asked) or grid.lost():
        return _("Nothing was saved: look at the marked rows. Whatever is gone was changed by somebody else.")
    wishes = {each.place: each.wishes for each in asked}
    try:
        changed = apply_wishes(wishes=wishes, acting_user=request.user, now=timezone.now())
    except Refused as error:
        return in_words(error.told)
    except AssignmentRefused as error:
        return str(error)
    messages.success(request, saved_text(changed))
    return ""


def saved_text(changed: int) -> str:
    if not changed:
        return _("Nothing was different, so nothing was changed.")
    text = ngettext(
        "Saved: %(count)s person's plan changed. Statements concerned are computed again.",
        "Saved: the plans of %(count)s people changed. Statements concerned are computed again.",
        changed,
    )
    return text % {"count": changed}


@require_http_methods(["GET", "POST"])
@require(can_see_roster)
def roster_person(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everything that a person had, has and will have; an administrator adds to it, or ends a plan."""
    person = get_object_or_404(User, pk=pk)
    if request.method == "GET":
        return _person_page(request, person, AssignForm(), 200)
    return roster_assign(request, person)


@require(can_assign)
def roster_assign(request: AuthedRequest, person: User) -> HttpResponse:
    form = AssignForm(request.POST)
    if form.is_valid() and _assigned(request, person, form):
        return redirect("commissions:roster-person", person.pk)
    return _person_page(request, person, form, 422)


def _assigned(request: AuthedRequest, person: User, form: AssignForm) -> bool:
    plan = form.cleaned_data["plan"]
    try:
        document = documents_of([plan.pk])[plan.pk]
        refuse_unknown_component(form.cleaned_data["component"], components_of([plan.pk])[plan.pk])
        wish = wish_of(PastedRow(0, form.cells()), document, usual_signs())
        wishes = {Place(person.pk, plan.pk): [wish]}
        changed = apply_wishes(wishes=wishes, acting_user=request.user, now=timezone.now())
    except KeyError:
        form.add_error("plan", _("This plan has no document yet. Publish one first."))
        return False
    except Refused as error:
        form.add_error(None, in_words(error.told))
        return False
    except AssignmentRefused as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, saved_text(changed))
    return True


def _person_page(request: AuthedRequest, person: User, form: AssignForm, status: int) -> HttpResponse:
    context = {
        "person": person,
        "histories": plan_histories(person, timezone.localdate()),
        "acceptances": acceptance_history(person),
        "form": form,
        "may_edit": can_assign(request.user),
    }
    return render(request, "commissions/roster_person.html", context, status=status)
