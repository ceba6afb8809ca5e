"""Who may come in."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class SignedIn(BasePermission):
    """Who has a token; one that only reads changes nothing."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 DRF's
        if request.auth is None:
            raise NotAuthenticated
        if request.method not in SAFE_METHODS and getattr(request.auth, "scope", "") != "write":
            raise PermissionDenied(_("This token only reads."))
        return True
