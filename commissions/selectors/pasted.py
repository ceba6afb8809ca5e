"""What pasted rows of any sheet have in common: what comes of each, and whom their cells name."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from commissions.engine.roster import Refused
from commissions.engine.words import Told, told

T = TypeVar("T")
People = Mapping[str, Sequence[User]]  # by e-mail address, external id or name, in small letters


class Result(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


def tried(wrong: list[Told], reading: Callable[[], T]) -> T | None:
    """What it reads; None where that is refused, and `wrong` says why."""
    try:
        return reading()
    except Refused as error:
        wrong.append(error.told)
        return None


def people_called(texts: Collection[str], among: QuerySet[User]) -> People:
    """One query, however many texts there are. They are in small letters."""
    names = {*texts} - {""}
    people: dict[str, list[User]] = {}
    lowered = among.annotate(low_name=Lower("name"), low_email=Lower("email"), low_id=Lower("external_id"))
    for user in lowered.filter(Q(low_email__in=names) | Q(low_id__in=names) | Q(low_name__in=names)):
        for key in {user.low_email, user.low_id, user.low_name} & names:
            people.setdefault(key, []).append(user)
    return people


def person_called(text: str, people: People, nobody: Told) -> User:
    """Raises Refused, where there is none with `nobody`."""
    if not text:
        raise Refused(told("The person is missing. Write an e-mail address, an external id or a whole name."))
    found = people.get(text.lower(), ())
    exact = [user for user in found if text.lower() in (user.email or "", (user.external_id or "").lower())]
    if len(found) > 1 and len(exact) != 1:
        raise Refused(
            told("%(count)s people are called so. Write an e-mail address or an external id.", count=str(len(found)))
        )
    if not found:
        raise Refused(nobody)
    return (exact or found)[0]
