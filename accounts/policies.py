"""Who may act. A row that a person may not even see is a 404, decided by `visible_to`; these are the 403s."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.models import Role, User, reports_of

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
A = TypeVar("A", bound=HttpResponseBase)


def can_administer(user: User) -> bool:
    return user.has_role(Role.ADMIN)


def can_run_finance(user: User) -> bool:
    return user.has_role(Role.FINANCE, Role.ADMIN)


def may_record_leave(user: User, person: User, on: date) -> bool:
    """An administrator anybody's; finance and managers not their own, and managers only of those who report to them on
    that day, directly or through others.
    """
    if can_administer(user):
        return True
    if person.pk == user.pk:
        return False
    if can_run_finance(user):
        return True
    return user.has_role(Role.MANAGER) and User.objects.filter(pk=person.pk, pk__in=reports_of(user.pk, on)).exists()


def require(
    policy: Callable[[User], bool],
) -> Callable[[Callable[Concatenate[R, P], A]], Callable[Concatenate[R, P], A]]:
    """Ask for a login, then for the policy: the one way that a view checks access to an act."""

    def decorate(view: Callable[Concatenate[R, P], A]) -> Callable[Concatenate[R, P], A]:
        @login_required
        @wraps(view)
        def guarded(request: R, /, *args: P.args, **kwargs: P.kwargs) -> A:
            if not policy(request.user):  # type: ignore[arg-type]  # behind login_required
                raise PermissionDenied(_("Your roles do not include this. Ask an administrator if you need it."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate
