"""A payee accepts a version of her plan: her name, the moment, and what she read."""

import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.models import Acceptance, PlanVersion
from commissions.selectors.acceptances import versions_of


class AcceptanceRefused(ValueError):  # noqa: N818 a name of the field
    """It was not accepted. The message says why and what to do."""


@transaction.atomic
def accept_version(*, version: PlanVersion, name: str, acting_user: User, now: datetime) -> Acceptance:
    """Keep that somebody accepts a version of a plan that she is on; a second time keeps the first. Raises
    AcceptanceRefused.
    """
    if not versions_of(acting_user, timezone.localdate(now)).filter(pk=version.pk).exists():
        raise AcceptanceRefused(_("You are not paid by this version, so there is nothing for you to accept."))
    if _letters(name) != _letters(acting_user.name):
        raise AcceptanceRefused(_("Type your name as it is here: %(name)s.") % {"name": acting_user.name})
    row = Acceptance(
        payee=acting_user, plan_version=version, name=" ".join(name.split()), accepted_at=now, hash=version.hash
    )
    Acceptance.objects.bulk_create([row], ignore_conflicts=True)
    return Acceptance.objects.get(payee=acting_user, plan_version=version)


def _letters(name: str) -> str:
    """A name without what a phone's keyboard makes hard: capitals, accents, double spaces.

    >>> _letters("Nguyễn  Thị MINH Châu")
    'nguyen thi minh chau'
    """
    apart = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("ø", "o").replace("ł", "l"))
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().split())
