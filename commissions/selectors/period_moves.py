"""What happened to a period, and what comes next, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from commissions.models import Period, PeriodMove
from core.templatetags import formats
from core.templatetags.juara import locale, moment

Status = Period.Status
_A_MOMENT = timedelta(minutes=5)
_SENTENCES: Final[dict[tuple[str, str], str]] = {  # by status before and after
    ("open", "review"): gettext_noop("%(who)s opened %(label)s for review %(when)s."),
    ("review", "approved"): gettext_noop("%(who)s approved %(label)s %(when)s."),
    ("approved", "closed"): gettext_noop("%(who)s closed %(label)s %(when)s."),
    ("closed", "paid"): gettext_noop("%(who)s marked %(label)s as paid %(when)s."),
    ("approved", "review"): gettext_noop("%(who)s took %(label)s back to review %(when)s."),
    ("review", "open"): gettext_noop("%(who)s took %(label)s back to open %(when)s."),
}
_NEXT: Final[dict[str, str]] = {
    "open": gettext_noop("%(label)s is open: its review is what comes next."),
    "review": gettext_noop("%(label)s is in review: approve it next, or take it back to open."),
    "approved": gettext_noop("%(label)s is approved: close it next, or take it back to review."),
    "closed": gettext_noop(
        "%(label)s is closed and stays so; it is paid next. What changes now is a true-up of a later period."
    ),
    "paid": gettext_noop("%(label)s is paid: nothing is left to do. What changes now is a true-up of a later period."),
}
_TITLES: Final[dict[tuple[str, str], Promise | str]] = {
    ("open", "review"): gettext_lazy("Opened for review"),
    ("review", "approved"): gettext_lazy("Approved"),
    ("approved", "closed"): gettext_lazy("Closed"),
    ("closed", "paid"): gettext_lazy("Paid"),
    ("approved", "review"): gettext_lazy("Taken back to review"),
    ("review", "open"): gettext_lazy("Taken back to open"),
}
_ICONS: Final = {"review": "eye", "approved": "check", "closed": "lock", "paid": "circle-check", "open": "lock-open"}


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move as a timeline shows it."""

    what: str
    who: str  # empty: the system
    at: datetime
    note: str
    icon: str


@dataclass(frozen=True, slots=True)
class Step:
    """A status on the way, as the page's head shows it."""

    status: str
    name: str
    is_done: bool
    is_current: bool


def steps(period: Period) -> tuple[Step, ...]:
    """All of them, in order; those before the period's are done."""
    reached = Status.values.index(period.status)
    return tuple(
        Step(value, str(label), index < reached or index == reached == len(Status.values) - 1, index == reached)
        for index, (value, label) in enumerate(Status.choices)
    )


def latest_move(period: Period) -> PeriodMove | None:
    return PeriodMove.objects.filter(period=period).select_related("by").order_by("-pk").first()


def move_rows(period: Period) -> Sequence[MoveRow]:
    """Every move, the latest first. One query."""
    found = PeriodMove.objects.filter(period=period).select_related("by").order_by("-pk")
    return [
        MoveRow(
            what=str(_TITLES[move.before, move.after]), who=move.by.name if move.by else "", at=move.at,
            note=move.note, icon=_ICONS["open" if _is_back(move) else move.after],
        )
        for move in found
    ]  # fmt: skip


def _is_back(move: PeriodMove) -> bool:
    return Status.values.index(move.after) < Status.values.index(move.before)


def move_told(move: PeriodMove, label: str, now: datetime) -> str:
    """Finn closed 2026-01 a moment ago (18:04)."""
    who = move.by.name if move.by else _("The system")
    return _(_SENTENCES[move.before, move.after]) % {"who": who, "label": label, "when": _when(move.at, now)}


def _when(at: datetime, now: datetime) -> str:
    if now - at < _A_MOMENT:
        return _("a moment ago (%(time)s)") % {"time": formats.clock(timezone.localtime(at), locale())}
    return _("on %(moment)s") % {"moment": moment(at)}


def whats_next(label: str, status: str) -> str:
    return _(_NEXT[status]) % {"label": label}
