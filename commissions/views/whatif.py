"""What other terms would have cost: a scratch copy of a plan over past months. Nothing is posted."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, retarget

from accounts.policies import require
from commissions.engine.document import PlanInvalid, from_json
from commissions.engine.errors import AmountTooLarge
from commissions.models import Scenario
from commissions.policies import can_try_plans
from commissions.selectors import errors_in_words, in_words
from commissions.selectors import whatif as selector
from commissions.services import scenarios as services
from commissions.views.whatif_answer import Shown, shown
from commissions.views.whatif_forms import RangeForm, Trial, opened, sent
from core.htmx import wants_fragment
from core.http import AuthedRequest
from core.periods import PeriodKind, period_of

MOST_COMPARED = 4
LONGEST_NAME = 100
PAGE = "commissions/whatif.html"


@require_http_methods(["GET", "HEAD", "POST"])
@require(can_try_plans)
@vary_on_headers("HX-Request")
def whatif(request: AuthedRequest) -> HttpResponse:
    """GET opens a plan over some months; POST answers what stands in the fields, and keeps it where that is asked."""
    return _tried(request) if request.method == "POST" else _opened(request)


def _opened(request: AuthedRequest) -> HttpResponse:
    scenario = _chosen_scenario(request)
    asked = _months_of(scenario) if scenario else request.GET.dict()
    form = RangeForm(asked, plans=selector.plans_to_try(), today=timezone.localdate())
    if not form.is_valid():
        return render(request, PAGE, {"form": form}, status=422 if asked else 200)
    trial = opened(form, scenario)
    if trial is None or trial.document is None:
        return render(request, PAGE, {"form": form})
    if selector.has_moved_on(trial.stretch):
        selector.drop(trial.stretch)
    context = {"form": form, "trial": trial, "scenario": scenario}
    if selector.is_kept(trial.stretch):
        context |= _answer(request.GET, trial)
    return render(request, PAGE, context)


def _chosen_scenario(request: AuthedRequest) -> Scenario | None:
    pk = request.GET.get("scenario", "")
    if not pk:
        return None
    return get_object_or_404(Scenario, pk=pk if pk.isascii() and pk.isdecimal() and len(pk) < 18 else 0)


def _months_of(scenario: Scenario) -> dict[str, str]:
    first = period_of(scenario.start, PeriodKind.MONTH)
    last = period_of(scenario.end, PeriodKind.MONTH).previous()
    return {"plan": str(scenario.plan_id), "first": first.label, "last": last.label}


def _answer(asked: QueryDict, trial: Trial, *, again: bool = False) -> dict[str, Any]:
    """What the template's answer needs: the figures, or why there are none."""
    if trial.problems or trial.document is None:
        return {"problems": trial.problems}
    now = timezone.now()
    try:
        if again:
            selector.facts(trial.stretch, trial.document, now=now, again=True)
        found = selector.answer(trial.stretch, trial.document, trial.factor, now=now)
    except selector.NothingToCompare:
        return {"nobody": True}
    except AmountTooLarge as error:
        return {"problems": (in_words(error.said),)}
    except PlanInvalid as error:
        return {"problems": errors_in_words(error)}
    sort = asked.get("sort") or asked.get("sorted") or ""
    return {
        "shown": shown(found, sort=sort, page=asked.get("page", "1")),
        "has_moved_on": selector.has_moved_on(trial.stretch),
    }


def _tried(request: AuthedRequest) -> HttpResponse:
    form = RangeForm(request.POST.dict(), plans=selector.plans_to_try(), today=timezone.localdate())
    act = request.POST.get("do", "")
    trial = sent(form, request.POST.dict(), by_source=act == "apply") if form.is_valid() else None
    if trial is None:
        return render(request, PAGE, {"form": form}, status=422)
    if act == "save" and not trial.problems:
        saved = _saved(request, trial)
        if saved is not None:
            return saved
    context = {"form": form, "trial": trial, "name": request.POST.get("name", "")[:LONGEST_NAME]}
    context |= _answer(request.POST, trial, again=act == "again")
    return _page_or_part(request, context, is_whole=act in {"apply", "save"}, status=422 if trial.problems else 200)


def _page_or_part(request: AuthedRequest, context: dict[str, Any], *, is_whole: bool, status: int) -> HttpResponse:
    """The answer alone while sliders move; with the fields where the document or a message is new."""
    if not wants_fragment(request):
        return render(request, PAGE, context, status=status)
    if is_whole:
        response = render(request, f"{PAGE}#trial", context | {"with_toasts": True}, status=status)
        return retarget(response, "#trial")
    return render(request, f"{PAGE}#answer", context | {"is_fragment": True}, status=status)


def _saved(request: AuthedRequest, trial: Trial) -> HttpResponse | None:
    """Keep the scenario and lead to it; None, with a message, where it is refused."""
    name = request.POST.get("name", "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        messages.error(request, _("Give the scenario a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
        return None
    try:
        kept = services.save_scenario(
            name=name, plan=trial.plan, start=trial.stretch.start, end=trial.stretch.end, source=trial.text,
            quotas_percent=trial.factor, acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except (services.ScenarioRefused, PlanInvalid) as error:
        messages.error(request, _refused(error))
        return None
    messages.success(request, _("“%(name)s” is kept. Compare it with others, or make a draft of it.") % {"name": name})
    where = reverse("commissions:scenarios")
    return HttpResponseClientRedirect(where) if wants_fragment(request) else redirect(f"{where}#scenario-{kept.pk}")


def _refused(error: services.ScenarioRefused | PlanInvalid) -> str:
    return " ".join(errors_in_words(error)) if isinstance(error, PlanInvalid) else str(error)


@require_GET
@require(can_try_plans)
def scenarios(request: AuthedRequest) -> HttpResponse:
    page = selector.scenario_page(request.GET.get("page"))
    return render(request, "commissions/whatif_scenarios.html", {"page": page, "most": MOST_COMPARED})


@require_GET
@require(can_try_plans)
def compared(request: AuthedRequest) -> HttpResponse:
    """Two to four scenarios side by side, each over its own months."""
    asked = [pk for pk in dict.fromkeys(request.GET.getlist("s")) if pk.isascii() and pk.isdecimal() and len(pk) < 18]
    found = list(Scenario.objects.filter(pk__in=asked).select_related("plan", "saved_by").order_by("name"))
    if not 2 <= len(found) <= MOST_COMPARED:
        messages.error(
            request, _("Choose two to %(most)d scenarios; you chose %(n)d.") % {"most": MOST_COMPARED, "n": len(found)}
        )
        return redirect("commissions:scenarios")
    columns = [_column(scenario) for scenario in found]
    return render(request, "commissions/whatif_compared.html", {"columns": columns, "shown": _together(columns)})


def _together(columns: list[dict[str, Any]]) -> Shown | None:
    """Scenarios of several plans as one: None where they aren't, or differ in their months or their currency."""
    scenarios = [column["scenario"] for column in columns]
    plans = {scenario.plan_id for scenario in scenarios}
    answers = [column["shown"].answer for column in columns if "shown" in column]
    kinds = {(scenario.start, scenario.end) for scenario in scenarios}, {answer.currency for answer in answers}
    if len(plans) < len(columns) or len(answers) < len(columns) or any(len(each) > 1 for each in kinds):
        return None
    return shown(selector.all_together(answers), sort="size", page="1")


def _column(scenario: Scenario) -> dict[str, Any]:
    stretch = selector.Stretch(scenario.plan_id, scenario.start, scenario.end)
    column: dict[str, Any] = {"scenario": scenario}
    try:
        document = from_json(scenario.document)
        found = selector.answer(stretch, document, scenario.quotas_percent, now=timezone.now())
    except selector.NothingToCompare:
        return column | {"problem": _("Nobody was on the plan in these months.")}
    except AmountTooLarge as error:
        return column | {"problem": in_words(error.said)}
    except PlanInvalid as error:
        return column | {"problem": " ".join(errors_in_words(error))}
    return column | {"shown": shown(found, sort="size", page="1"), "has_moved_on": selector.has_moved_on(stretch)}


@require_POST
@require(can_try_plans)
def scenario_draft(request: AuthedRequest, pk: int) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.select_related("plan"), pk=pk)
    replace = request.POST.get("replace") == "on"
    try:
        draft = services.draft_scenario(
            scenario=scenario, replace=replace, acting_user=request.user, now=timezone.now()
        )
    except (services.ScenarioRefused, PlanInvalid) as error:
        messages.error(request, _refused(error))
        return redirect("commissions:scenarios")
    messages.success(request, _("This is the draft now. Nobody is paid by it until it is published."))
    return redirect("commissions:plan", draft.pk)


@require_POST
@require(can_try_plans)
def scenario_delete(request: AuthedRequest, pk: int) -> HttpResponse:
    scenario = get_object_or_404(Scenario, pk=pk)
    services.delete_scenario(scenario=scenario, acting_user=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” is deleted.") % {"name": scenario.name})
    return redirect("commissions:scenarios")
