"""Why a credit did not count, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from commissions.engine.frames import Notice
from core.periods import parse_period
from core.templatetags import formats
from core.templatetags.juara import locale
from sales.models import Deal


@dataclass(frozen=True, slots=True)
class NoticeRow:
    code: str  # of the engine's Notice
    text: str  # in the reader's language
    deal_pk: int | None
    deal: str  # name or external id, empty when it concerns no single deal


def notice_rows(stored: Iterable[dict[str, Any]]) -> tuple[NoticeRow, ...]:
    """The notices of a statement as stored, in words. One query for the names of all their deals."""
    notices = list(stored)
    deals = Deal.objects.only("name", "external_id").in_bulk({row["deal"] for row in notices if row["deal"]})
    names = {pk: str(deal) for pk, deal in deals.items()}
    return tuple(
        NoticeRow(row["code"], notice_text(row["code"], row["detail"]), row["deal"], names.get(row["deal"], ""))
        for row in notices
    )


def notice_text(code: str, detail: str) -> str:
    """What happened, why, and what to do next."""
    notice = Notice(code)
    first, _between, second = detail.partition(" ")
    if notice is Notice.NOT_ASSIGNED:
        detail = formats.day(date.fromisoformat(detail), locale())
    elif notice is Notice.QUOTA_MISSING:
        second = formats.period(parse_period(second), locale())
    return str(_texts()[notice] % {"first": first, "second": second, "detail": detail})


def _texts() -> dict[Notice, str]:
    return {
        Notice.CURRENCY_DIFFERS: _(
            "Not counted: the deal is in %(first)s, the plan pays in %(second)s, and deals aren't converted yet."
        ),
        Notice.QUOTA_MISSING: _(
            "Nothing is paid for %(first)s in %(second)s: it is measured against a quota, and none is set. "
            "Ask an administrator to set it."
        ),
        Notice.NOT_ASSIGNED: _("Not counted: on %(detail)s, when the deal closed, there was no plan to count it."),
        Notice.SHARES_OVER_WHOLE: _(
            "Not counted: the shares of the role %(detail)s add up to more than 100 %%. Correct the deal."
        ),
    }
