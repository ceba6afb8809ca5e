"""Scores that managers give: written all or none, the ones before kept."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import signals
from commissions.engine.pasted import PastedRow
from commissions.models import Score
from commissions.selectors.pasted import Result
from commissions.selectors.score_refusals import Entry, held_scores, periods_of, refusals
from commissions.selectors.scores import Place, last_day
from commissions.selectors.scores_check import check
from commissions.services.stale import note_scores
from core import periods


class ScoresRefused(ValueError):  # noqa: N818 a name of the field
    """Nothing was entered. By place, why not and what to do."""

    def __init__(self, why: Mapping[Place, str]) -> None:
        super().__init__(" ".join(why.values()))
        self.why = why


class PasteRefused(ValueError):  # noqa: N818 a name of the field
    """Nothing was entered. Says why and what to do."""


@transaction.atomic
def enter_pasted(
    *, rows: Sequence[PastedRow], window: periods.Period, fingerprint: str, acting_user: User, now: datetime
) -> int:
    """Do what a check of these rows said; returns how many scores differ from what held. Raises PasteRefused."""
    checked = check(rows, window, user=acting_user, today=timezone.localdate(now))
    if checked.count(Result.REFUSED):
        raise PasteRefused(_("Some rows are refused, so nothing was changed. Correct them first."))
    faster = _("Somebody changed these scores after you checked the rows, so nothing was changed. Look at them again.")
    if checked.fingerprint != fingerprint:
        raise PasteRefused(faster)
    try:
        return enter_scores(entries=checked.entries, window=window, acting_user=acting_user, now=now)
    except ScoresRefused:
        raise PasteRefused(faster) from None


@transaction.atomic
def enter_scores(*, entries: Sequence[Entry], window: periods.Period, acting_user: User, now: datetime) -> int:
    """Give scores for a window; returns how many differ from what held. Raises ScoresRefused.

    1. Lock the payees, in one order, and the periods that the window's pay belongs to. 2. Check every entry. 3. Keep
    what held, and write what is given now. 4. Note whose statements it makes stale, from the window's last day on.
    """
    day = last_day(window)
    payees = sorted({entry.place.payee for entry in entries})
    list(User.objects.select_for_update(no_key=True).filter(pk__in=payees).order_by("pk").values_list("pk"))
    list(periods_of(day).select_for_update().order_by("pk").values_list("pk"))
    held = held_scores(payees, window)
    why = refusals(entries, window, held, acting_user=acting_user, today=timezone.localdate(now))
    if why:
        raise ScoresRefused(why)
    changed = [entry for entry in entries if _differs(entry, held.get(entry.place))]
    _write(changed, held, window, acting_user, now)
    if note_scores(scored={(entry.place.payee, day) for entry in changed}):
        signals.statements_stale.send(Score)
    return len(changed)


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
