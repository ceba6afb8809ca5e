"""What teams are expected to sell under a plan whose pools go by it: to read, and to set."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import Team
from accounts.policies import require
from commissions import selectors
from commissions.engine.pasted import PastedRow
from commissions.engine.roster import Refused
from commissions.engine.schema import PlanDocument
from commissions.engine.spans import Span
from commissions.models import PlanVersion, TeamQuota
from commissions.policies import can_assign, can_see_roster
from commissions.selectors.roster_check import quota_of
from commissions.selectors.roster_state import day_after
from commissions.selectors.team_quotas import kinds_of_teams, pools_against_quota, team_goals, usual_per_of_teams
from commissions.selectors.words import in_words
from commissions.services import AssignmentRefused, set_team_quota
from commissions.views.roster_forms import usual_signs
from core.http import AuthedRequest

_DAY = {"type": "date"}


class TeamQuotaForm(forms.Form):
    """One team's quota from a day on. Kind and pool are asked only where the plan leaves a choice."""

    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"), empty_label=gettext_lazy("Choose a team"), queryset=Team.objects.order_by("name")
    )
    quota = forms.CharField(
        label=gettext_lazy("Quota"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Empty: no quota on these days, and pools that go by one pay nothing."),
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    per = forms.ChoiceField(label=gettext_lazy("per"), choices=TeamQuota.Per.choices)
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(_DAY, format="%Y-%m-%d"), localize=False)
    last = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
        localize=False,
        help_text=gettext_lazy("Empty: until another one is set."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    component = forms.ChoiceField(label=gettext_lazy("Of one pool only"), required=False)

    def __init__(self, document: PlanDocument, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's signature
        super().__init__(*args, **kwargs)
        kinds = [choice for choice in TeamQuota.Kind.choices if choice[0] in kinds_of_teams(document)]
        pools = [(part.key, part.name) for part in pools_against_quota(document)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["component"].choices = [("", _("Every pool without its own")), *pools]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            del self.fields["kind"]
        if len(pools) == 1:
            del self.fields["component"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("since"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day comes before the first. Exchange them, or correct one."))
        return data


@require_http_methods(["GET", "POST"])
@require(can_see_roster)
def team_quotas(request: AuthedRequest, pk: int) -> HttpResponse:
    """The teams of a plan, by the pk of any of its versions; an administrator sets a quota."""
    today = timezone.localdate()
    visible = selectors.visible_versions(request.user, today).select_related("plan")
    version = get_object_or_404(visible, pk=pk)
    if request.method == "POST":
        return _set(request, version)
    document = selectors.document_of(version)
    return _page(request, version, TeamQuotaForm(document, initial={"per": usual_per_of_teams(document)}), 200)


@require(can_assign)
def _set(request: AuthedRequest, version: PlanVersion) -> HttpResponse:
    document = selectors.document_of(version)
    form = TeamQuotaForm(document, request.POST)
    if form.is_valid() and _done(request, version, document, form):
        return redirect("commissions:team-quotas", version.pk)
    return _page(request, version, form, 422)


def _done(request: AuthedRequest, version: PlanVersion, document: PlanDocument, form: TeamQuotaForm) -> bool:
    asked = form.cleaned_data
    span = Span(asked["since"], day_after(asked["last"]) if asked["last"] else None)
    kind, component = asked.get("kind") or kinds_of_teams(document)[0], asked.get("component", "")
    cells = {"quota": asked["quota"], "per": asked["per"], "kind": kind, "component": component}
    try:
        wish = quota_of(PastedRow(0, cells), document, span, usual_signs())
        changed = set_team_quota(
            plan=version.plan, team=asked["team"], from_date=span.start, until=span.end,
            quota_minor=wish.amount if wish else None, per=asked["per"], kind=kind, component=component,
            acting_user=request.user, now=timezone.now(),
        )  # fmt: skip
    except Refused as error:
        form.add_error("quota", in_words(error.told))
        return False
    except AssignmentRefused as error:
        form.add_error(None, str(error))
        return False
    saved = _("Saved. Statements of the team's members are computed again.")
    messages.success(request, saved if changed else _("Nothing was different, so nothing was changed."))
    return True


def _page(request: AuthedRequest, version: PlanVersion, form: TeamQuotaForm, status: int) -> HttpResponse:
    document, today = selectors.document_of(version), timezone.localdate()
    context = {
        "version": version,
        "goals": team_goals(version.plan, document, today),
        "pools": pools_against_quota(document),
        "form": form,
        "may_edit": can_assign(request.user) and bool(pools_against_quota(document)),
    }
    return render(request, "commissions/team_quotas.html", context, status=status)
