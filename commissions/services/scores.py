"""Scores that managers give: written all or none, the ones before kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.engine.frames import WHOLE_SHARE
from commissions.engine.schema import Component
from commissions.engine.scores import weights_of
from commissions.models import Assignment, Period, Score
from commissions.models.scores import LARGEST_PPM
from commissions.policies import may_score
from commissions.selectors.documents import document_of
from commissions.selectors.scores import Place, in_window, last_day, place_of, scoring_versions
from commissions.services.stale import note_scores
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


class ScoresRefused(ValueError):  # noqa: N818 a name of the field
    """Nothing was entered. By place, why not and what to do."""

    def __init__(self, why: Mapping[Place, str]) -> None:
        super().__init__(" ".join(why.values()))
        self.why = why


@transaction.atomic
def enter_scores(*, entries: Sequence[Entry], window: periods.Period, acting_user: User, now: datetime) -> int:
    """Give scores for a window; returns how many differ from what held. Raises ScoresRefused.

    1. Lock the payees, in one order, and the periods that the window's pay belongs to. 2. Check every entry. 3. Keep
    what held, and write what is given now. 4. Note whose statements it makes stale, from the window's last day on.
    """
    day = last_day(window)
    payees = sorted({entry.place.payee for entry in entries})
    list(User.objects.select_for_update(no_key=True).filter(pk__in=payees).order_by("pk").values_list("pk"))
    closed = _closed(day)
    held = _held(payees, window)
    parts = _parts(payees, window)
    allowed = may_score(acting_user, payees, timezone.localdate(now))
    why = {}
    for entry in entries:
        said = _refusal(entry, window, held.get(entry.place), parts, closed, entry.place.payee in allowed, now)
        if said:
            why[entry.place] = said
    if why:
        raise ScoresRefused(why)
    changed = [entry for entry in entries if _differs(entry, held.get(entry.place))]
    _write(changed, held, window, acting_user, now)
    if note_scores(scored={(entry.place.payee, day) for entry in changed}):
        signals.statements_stale.send(Score)
    return len(changed)


def _held(payees: Sequence[int], window: periods.Period) -> dict[Place, Score]:
    rows = Score.objects.filter(
        payee__in=payees, window=window.kind.value, window_start=window.start, replaced_at=None
    ).select_related("entered_by")
    return {place_of(row): row for row in rows}


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


def _closed(day: date) -> dict[periods.Period, Period]:
    """By what they cover, the periods of that day whose pay stands; all are held until the transaction ends."""
    rows = Period.objects.select_for_update().filter(start__lte=day, end__gt=day).order_by("pk")
    return {row.calendar: row for row in rows if not row.is_open}


def _refusal(
    entry: Entry,
    window: periods.Period,
    held: Score | None,
    parts: Mapping[tuple[int, int, str], tuple[Component, periods.Period]],
    closed: Mapping[periods.Period, Period],
    is_allowed: bool,  # noqa: FBT001
    now: datetime,
) -> str:
    """Why an entry can't be; nothing where it can."""
    if not is_allowed:
        return _("You may score those who report to you, and nobody scores herself or himself. Ask their manager.")
    part, statement = parts.get(entry.place[:3], (None, None))
    if part is None or entry.place.objective not in weights_of(part):
        return _("On the last day of this period the plan asks for no such score. Load the page again.")
    if window.start > timezone.localdate(now):
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
    if period.status in (Period.Status.REVIEW, Period.Status.APPROVED):
        text = _(
            "The pay of %(period)s is being checked (%(status)s). Ask finance to open it again, then enter the score."
        )
    else:
        text = _(
            "The pay of %(period)s stands (%(status)s) and no longer changes. Agree with finance on a correction in a "
            "period that is open."
        )
    return text % words


def _meanwhile(held: Score | None) -> str:
    if held is None:
        return _("The score was removed after you opened the page. What you typed is kept: save again if it holds.")
    words = {"name": held.entered_by.name, "at": moment(held.entered_at), "score": _percent(held)}
    return _("%(name)s entered %(score)s on %(at)s, after you opened the page. Save again if yours holds.") % words


def _percent(row: Score) -> str:
    if row.score_ppm is None:
        return "–"
    return formats.percent(Decimal(row.score_ppm) / WHOLE_SHARE, locale(), places=4)


def _differs(entry: Entry, held: Score | None) -> bool:
    if held is None:
        return entry.score_ppm is not None
    return (entry.score_ppm, entry.note) != (held.score_ppm, held.note)


def _write(
    changed: Sequence[Entry],
    held: Mapping[Place, Score],
    window: periods.Period,
    acting_user: User,
    now: datetime,
) -> None:
    replaced = [row.pk for row in _standing(changed, held)]
    Score.objects.filter(pk__in=replaced).update(replaced_at=now)
    Score.objects.bulk_create(
        Score(
            payee_id=entry.place.payee, plan_id=entry.place.plan, component=entry.place.component,
            objective=entry.place.objective, window=window.kind.value, window_start=window.start,
            score_ppm=entry.score_ppm, note=entry.note, entered_by=acting_user, entered_at=now,
        )
        for entry in changed
    )  # fmt: skip


def _standing(changed: Sequence[Entry], held: Mapping[Place, Score]) -> Iterator[Score]:
    yield from (held[entry.place] for entry in changed if entry.place in held)
