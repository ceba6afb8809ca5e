"""Who else is credited with a deal: through whoever has a share of it."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from commissions.models import EarningLine, Statement
from sales.models import Deal


@dataclass(frozen=True, slots=True)
class CreditedThrough:
    payee: User
    sharers: str  # names, of whoever has the shares that count for her


def credited_through(deal: Deal, *, viewer: User, on: date) -> list[CreditedThrough]:
    """By name, those of them whose statements the viewer may see. Two queries."""
    statements = Statement.objects.visible_to(viewer, on)
    lines = EarningLine.objects.filter(deal=deal, via__isnull=False, statement__in=statements)
    pairs = lines.values_list("statement__payee", "via__name").distinct().order_by("via__name")
    sharers: dict[int, list[str]] = {}
    for payee, name in pairs:
        sharers.setdefault(payee, []).append(name)
    people = User.objects.filter(pk__in=sharers).order_by("name", "pk")
    return [CreditedThrough(person, ", ".join(sharers[person.pk])) for person in people]
