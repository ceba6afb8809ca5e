"""Why a score can't be entered, as the sheet, a paste and the service that writes them say alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.schema import Component
from commissions.engine.scores import weights_of
from commissions.models import Assignment, Period, Score
from commissions.models.scores import LARGEST_PPM
from commissions.policies import may_score
from commissions.selectors.documents import document_of
from commissions.selectors.scores import Place, in_window, last_day, place_of, scoring_versions
from core import periods
from core.templatetags import formats
from core.templatetags.juara import locale, moment


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody gives for one place in a window."""

    place: Place
    score_ppm: int | None  # millionths; None: nothing, and what was given is taken back
    seen: int | None  # the id of the score that held when she looked; None: there was none
    note: str = ""


def held_scores(payees: Sequence[int], window: periods.Period) -> dict[Place, Score]:
    """What holds of them for a window."""
    rows = Score.objects.filter(
        payee__in=payees, window=window.kind.value, window_start=window.start, replaced_at=None
    ).select_related("entered_by")
    return {place_of(row): row for row in rows}


def refusals(
    entries: Sequence[Entry],
    window: periods.Period,
    held: Mapping[Place, Score],
    *,
    acting_user: User,
    today: date,
) -> dict[Place, str]:
    """By place, why an entry can't be; a fixed number of queries. Whoever writes locks payees and periods before."""
    payees = sorted({entry.place.payee for entry in entries})
    allowed = may_score(acting_user, payees, today)
    parts = _parts(payees, window)
    closed = {row.calendar: row for row in periods_of(last_day(window)) if not row.is_moving}
    found = {
        entry.place: _refusal(entry, window, held.get(entry.place), parts, closed, entry.place.payee in allowed, today)
        for entry in entries
    }
    return {place: why for place, why in found.items() if why}


def _parts(
    payees: Sequence[int], window: periods.Period
) -> dict[tuple[int, int, str], tuple[Component, periods.Period]]:
    """By payee, plan and component, what counts a score of this window, and what the statement that pays it covers."""
    day = last_day(window)
    versions = scoring_versions(day)
    rows = Assignment.objects.filter(payee__in=payees, plan__in=versions, during__contains=day)
    return {
        (payee, plan, part.key): (part, document_of(versions[plan]).statement(day))
        for payee, plan in rows.values_list("payee", "plan")
        for part in in_window(versions[plan], window)
    }


def periods_of(day: date) -> QuerySet[Period]:
    """Those that pay what is given for a day."""
    return Period.objects.filter(start__lte=day, end__gt=day)


def _refusal(
    entry: Entry,
    window: periods.Period,
    held: Score | None,
    parts: Mapping[tuple[int, int, str], tuple[Component, periods.Period]],
    closed: Mapping[periods.Period, Period],
    is_allowed: bool,  # noqa: FBT001
    today: date,
) -> str:
    """Why an entry can't be; nothing where it can."""
    if not is_allowed:
        return _("You may score those who report to you, and nobody scores herself or himself. Ask their manager.")
    part, statement = parts.get(entry.place[:3], (None, None))
    if part is None or entry.place.objective not in weights_of(part):
        return _("On the last day of this period the plan asks for no such score. Load the page again.")
    if window.start > today:
        return _("This period hasn't begun. Score it once it has.")
    if statement is not None and statement in closed:
        return _stands(closed[statement])
    if entry.score_ppm is not None and not 0 <= entry.score_ppm <= LARGEST_PPM:
        return _("Write a score from 0 to 1000 percent.")
    if (held.pk if held else None) != entry.seen:
        return _meanwhile(held)
    return ""


def _stands(period: Period) -> str:
    words = {"period": formats.period(period.calendar, locale()), "status": period.get_status_display()}
    return (
        _(
            "The pay of %(period)s stands (%(status)s) and no longer changes. Agree with finance on a correction in a "
            "period that is open."
        )
        % words
    )


def _meanwhile(held: Score | None) -> str:
    if held is None:
        return _("The score was removed after you opened the page. What you typed is kept: save again if it holds.")
    words = {"name": held.entered_by.name, "at": moment(held.entered_at), "score": _percent(held)}
    return _("%(name)s entered %(score)s on %(at)s, after you opened the page. Save again if yours holds.") % words


def _percent(row: Score) -> str:
    if row.score_ppm is None:
        return "–"
    return formats.percent(Decimal(row.score_ppm) / WHOLE_SHARE, locale(), places=4)
