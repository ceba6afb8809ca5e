"""People and teams for administrators, leave for managers too, and everybody's own profile."""

from datetime import date, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import Form, model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django.views.i18n import set_language

from accounts import selectors, services
from accounts.forms import (
    LeaveForm,
    ManagerMoveForm,
    PeopleFilter,
    PersonForm,
    ProfileForm,
    TeamForm,
    TeamMoveForm,
    TokenForm,
)
from accounts.models import Leave, Team, User
from accounts.policies import can_administer, can_run_finance, may_record_leave, require
from core.htmx import wants_fragment
from core.http import AuthedRequest

PER_PAGE = 50


@require_GET
@require(can_administer)
@vary_on_headers("HX-Request")
def people(request: AuthedRequest) -> HttpResponse:
    form = PeopleFilter(request.GET)
    form.is_valid()  # an unknown role or team filters by nothing
    chosen = form.cleaned_data
    found = selectors.people(
        on=timezone.localdate(),
        text=chosen.get("q", ""),
        role=chosen.get("role", ""),
        team=chosen.get("team"),
        active=not chosen.get("inactive"),
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    template = "accounts/people.html" + ("#people" if wants_fragment(request) else "")
    return render(request, template, {"form": form, "page": page})


@require_GET
@require(can_administer)
def person(request: AuthedRequest, pk: int) -> HttpResponse:
    return _person_page(request, get_object_or_404(User, pk=pk))


def _person_page(request: AuthedRequest, shown: User, status: int = 200, **forms: Form) -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {
        "person": shown,
        "today": today,
        "teams": selectors.team_history(shown, on=today),
        "leaves": selectors.leave_history(shown, on=today),
        "managers": selectors.manager_history(shown, on=today),
        "reports": selectors.direct_reports(shown, on=today),
        "team_form": TeamMoveForm(initial={"starts_on": today}),
        "manager_form": ManagerMoveForm(initial={"starts_on": today}, person=shown),
        **forms,
    }
    return render(request, "accounts/person.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(can_administer)
def person_edit(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """Change a person, or without a key create one."""
    shown = get_object_or_404(User, pk=pk) if pk else None
    form = PersonForm(request.POST or None, initial=model_to_dict(shown) if shown else {"language": "en"})
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_person(
                person=shown, **form.cleaned_data, acting_user=request.user, now=timezone.now()
            )
        except ValidationError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
            return redirect("accounts:person", saved.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/person_edit.html", {"form": form, "person": shown}, status=status)


def _refuse(form: Form, error: ValidationError) -> None:
    """Show a service's refusal in the form, also where it names a field that the form does not have."""
    if hasattr(error, "error_dict"):
        for field, errors in error.error_dict.items():
            form.add_error(field if field in form.fields else None, errors)
    else:
        form.add_error(None, error)


@require_POST
@require(can_administer)
def person_team(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    form = TeamMoveForm(request.POST)
    if form.is_valid() and _moved(form, request, _move_team, shown):
        return redirect("accounts:person", pk)
    return _person_page(request, shown, 422, team_form=form)


@require_POST
@require(can_administer)
def person_manager(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    form = ManagerMoveForm(request.POST, person=shown)
    if form.is_valid() and _moved(form, request, _move_manager, shown):
        return redirect("accounts:person", pk)
    return _person_page(request, shown, 422, manager_form=form)


def _moved(form: Form, request: AuthedRequest, move: Any, shown: User) -> bool:  # noqa: ANN401 one of the two below
    try:
        move(shown, form.cleaned_data, form.cleaned_data["starts_on"], request.user)
    except ValidationError as error:
        _refuse(form, error)
        return False
    messages.success(request, _("Saved. Numbers from that day on are computed again."))
    return True


def _move_team(shown: User, chosen: dict[str, Any], day: date, by: User) -> None:
    if team := chosen["team"]:
        services.join_team(user=shown, team=team, starts_on=day, acting_user=by, now=timezone.now())
    else:
        services.leave_team(user=shown, ends_on=day, acting_user=by, now=timezone.now())


def _move_manager(shown: User, chosen: dict[str, Any], day: date, by: User) -> None:
    if manager := chosen["manager"]:
        services.report_to(user=shown, manager=manager, starts_on=day, acting_user=by, now=timezone.now())
    else:
        services.stop_reporting(user=shown, ends_on=day, acting_user=by, now=timezone.now())


@require_http_methods(["GET", "POST"])
@login_required
def person_leave(request: AuthedRequest, pk: int) -> HttpResponse:
    """When a person was and will be away, for whoever may see her pay; and a new leave, for whoever may record it."""
    today = timezone.localdate()
    shown = get_object_or_404(User.objects.visible_to(request.user, on=today), pk=pk)
    may_record = may_record_leave(request.user, shown, today)
    if request.method == "POST" and not may_record:
        raise PermissionDenied(_("Only managers above, finance and administrators record leave."))
    form = LeaveForm(request.POST or None, initial={"starts_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_leave(user=shown, **form.asked, acting_user=request.user, now=timezone.now())
        except ValidationError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Saved. Numbers from that day on are computed again."))
            return redirect("accounts:person-leave", pk)
    context = {
        "person": shown,
        "is_own": shown.pk == request.user.pk,
        "leaves": selectors.leave_history(shown, on=today),
        "may_record": may_record,
        "may_see_person": can_administer(request.user),
        "form": form,
    }
    return render(request, "accounts/leave.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@login_required
def leave_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Other days, another reason."""
    shown = _recordable(request, pk)
    last = shown.during.upper and shown.during.upper - timedelta(days=1)
    initial = {"starts_on": shown.during.lower, "last_on": last, "reason": shown.reason}
    form = LeaveForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_leave(leave=shown, **form.asked, acting_user=request.user, now=timezone.now())
        except ValidationError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Saved. Numbers from that day on are computed again."))
            return redirect("accounts:person-leave", shown.user_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/leave_edit.html", {"form": form, "leave": shown}, status=status)


@require_POST
@login_required
def leave_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    shown = _recordable(request, pk)
    services.remove_leave(leave=shown, acting_user=request.user, now=timezone.now())
    messages.success(request, _("Removed. Numbers of those days are computed again."))
    return redirect("accounts:person-leave", shown.user_id)


def _recordable(request: AuthedRequest, pk: int) -> Leave:
    today = timezone.localdate()
    shown = get_object_or_404(Leave.objects.visible_to(request.user, today).select_related("user"), pk=pk)
    if not may_record_leave(request.user, shown.user, today):
        raise PermissionDenied(_("Only managers above, finance and administrators record leave."))
    return shown


@require_POST
@never_cache
@require(can_administer)
def person_invite(request: AuthedRequest, pk: int) -> HttpResponse:
    """Show the one-time link by which a person sets her first password, to be handed over by whatever way is safe."""
    shown = get_object_or_404(User, pk=pk, is_active=True, email__isnull=False)
    key = default_token_generator.make_token(shown)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(shown), "key": key})
    return render(request, "accounts/invite.html", {"person": shown, "link": request.build_absolute_uri(path)})


@require_GET
@require(can_administer)
def teams(request: AuthedRequest) -> HttpResponse:
    return render(request, "accounts/teams.html", {"nodes": selectors.team_tree(on=timezone.localdate())})


@require_http_methods(["GET", "POST"])
@require(can_administer)
def team(request: AuthedRequest, pk: int | None = None) -> HttpResponse:
    """Change a team, or without a key create one."""
    shown = get_object_or_404(Team, pk=pk) if pk else None
    form = TeamForm(request.POST or None, initial=model_to_dict(shown) if shown else None, team=shown)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_team(team=shown, **form.cleaned_data, acting_user=request.user, now=timezone.now())
        except ValidationError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Team %(name)s is saved.") % {"name": saved.name})
            return redirect("accounts:teams")
    status = 422 if request.method == "POST" else 200
    name = Team.objects.get(pk=pk).name if pk else ""  # a refused form may have changed the team
    return render(request, "accounts/team.html", {"form": form, "name": name}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: AuthedRequest) -> HttpResponse:
    me = request.user
    form = ProfileForm(request.POST or None, initial={"name": me.name, "language": me.language})
    if request.method == "POST" and form.is_valid():
        services.save_profile(user=me, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return _speaking(redirect("accounts:profile"), form.cleaned_data["language"])
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def tokens(request: AuthedRequest) -> HttpResponse:
    """One's own tokens of the API; a new one is shown on the answer to its form, and never again."""
    now, form = timezone.now(), TokenForm(request.POST or None, may_write=can_run_finance(request.user))
    text, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            _made, text = services.create_token(user=request.user, now=now, **form.cleaned_data)
        except services.TokenRefused as refused:
            form.add_error(None, str(refused))
        else:
            form, status = TokenForm(may_write=can_run_finance(request.user)), 201
    context = {"form": form, "text": text, "tokens": selectors.tokens_of(request.user, now)}
    response = render(request, "accounts/tokens.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def token_revoke(request: AuthedRequest) -> HttpResponse:
    if services.revoke_token(user=request.user, digest=request.POST.get("token", "")):
        messages.success(request, _("The token is revoked: nobody comes in with it any more."))
    return redirect("accounts:tokens")


def _speaking(response: HttpResponse, code: str) -> HttpResponse:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax")
    return response


@require_POST
def language(request: AuthedRequest) -> HttpResponse:
    """Change the language of this browser and, when signed in, of the person wherever she signs in next."""
    response: HttpResponse = set_language(request)
    code = request.POST.get("language", "")
    if request.user.is_authenticated and check_for_language(code):
        services.choose_language(user=request.user, language=code)
    return response
