"""Of a deal that was handed over, whom closed statements credited, and so who gives back: in words."""

from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from commissions.models import EarningLine, HandedOver, Period
from commissions.selectors.words import listed
from core.templatetags.juara import period
from sales.models import Deal
from sales.selectors import shares_of

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Then:
    """Whom closed statements credited with a deal that they no longer share."""

    people: tuple[str, ...]  # names
    labels: tuple[str, ...]  # of the periods
    now: tuple[str, ...]  # the names of those who share it now, in the same roles
    is_through: bool = False  # of a line: whose share it is, where somebody else is credited with it


def then(deal: Deal) -> Then | None:
    """None where nobody else was credited with it."""
    return _then(deal, EarningLine.objects.filter(deal=deal))


def then_of(line: EarningLine) -> Then | None:
    """The same of the one whose share a line credits; None where that one still shares the deal, and for a made-up one.
    Load its deal and its statement.
    """
    if line.deal is None or line.statement_id is None:
        return None
    whose = line.via_id or line.statement.payee_id
    same = EarningLine.objects.filter(deal=line.deal, role=line.role)
    found = _then(line.deal, same.filter(Q(via=whose) | Q(via=None, statement__payee=whose)))
    return replace(found, is_through=line.via_id is not None) if found else None


def _then(deal: Deal, lines: QuerySet[EarningLine]) -> Then | None:
    if not HandedOver.objects.filter(deal=deal).exists():
        return None
    closed = lines.filter(statement__period__status__in=Period.FROZEN).exclude(share_ppm=None)
    found = closed.select_related("statement__period", "statement__payee", "via", "about").order_by("date", "pk")
    now = _now(deal, {line.role for line in found})
    former = [line for line in found if (line.via or line.statement.payee).name not in now]
    people = dict.fromkeys((line.via or line.statement.payee).name for line in former)
    labels = dict.fromkeys((line.about or line.statement.period).label for line in former)
    return Then(tuple(people), tuple(labels), tuple(now)) if former else None


def _now(deal: Deal, roles: set[str]) -> list[str]:
    shares = [share for share in shares_of(deal) if share.role in roles]
    is_whole = OWNER in roles and deal.owner is not None and OWNER not in {share.role for share in shares}
    owners = [deal.owner.name] if deal.owner and is_whole else []
    return [*owners, *dict.fromkeys(share.user.name for share in shares)]


def then_text(found: Then) -> str:
    """Who gives back, and who doesn't."""
    words = {"then": listed(found.people), "now": listed(found.now), "closed": listed(list(map(period, found.labels)))}
    if not found.now:
        text = _(
            "%(then)s was credited with this deal when %(closed)s was closed, and gives back what is taken back of it."
        )
    elif found.is_through:
        text = _(
            "%(then)s was credited with this deal when %(closed)s was closed, so what is taken back goes through "
            "%(then)s, though the deal is now with %(now)s."
        )
    else:
        text = _(
            "%(then)s was credited with this deal when %(closed)s was closed, so %(then)s gives back what is taken "
            "back of it, though the deal is now with %(now)s."
        )
    return text % words
