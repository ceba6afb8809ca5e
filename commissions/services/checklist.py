"""Ticking off what was looked at before a period is approved."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.models import ChecklistTick, Period
from commissions.selectors.checklist import Item, checklist
from commissions.services.refusals import MoveRefused

_LOCKS = 0x544943 << 40  # keeps our advisory locks on periods apart from others


@transaction.atomic
def tick_off(
    *, period: Period, keys: Sequence[str], figures: Sequence[str], acting_user: User | None, now: datetime
) -> int:
    """Tick items off as a person saw them; returns how many. Raises MoveRefused where one says something else by now.

    An item that is ticked off already keeps that tick: a second click writes nothing.
    """
    hold_moving(period)
    items = {item.key: item for item in checklist(period).items}
    asked = [(items[key], figure) for key, figure in zip(keys, figures, strict=True) if key in items]
    changed = [item.title for item, figure in asked if item.figure != figure]
    if changed:
        raise MoveRefused(
            _("%(items)s says something else than when you looked. Look again, then tick it off.")
            % {"items": ", ".join(changed)}
        )
    fresh = [item for item, _figure in asked if not item.is_ticked]
    ChecklistTick.objects.bulk_create(_tick(period, item, acting_user, now, is_done=True) for item in fresh)
    return len(fresh)


@transaction.atomic
def take_back(*, period: Period, key: str, acting_user: User | None, now: datetime) -> None:
    """Not ticked off after all: both stay on record. Raises MoveRefused."""
    hold_moving(period)
    for item in checklist(period).items:
        if item.key == key and item.ticked_at:
            _tick(period, item, acting_user, now, is_done=False).save(force_insert=True)


def _tick(period: Period, item: Item, acting_user: User | None, now: datetime, *, is_done: bool) -> ChecklistTick:
    return ChecklistTick(period=period, item=item.key, figure=item.figure, is_done=is_done, by=acting_user, at=now)


def hold_moving(period: Period) -> None:
    """One tick at a time, and none while the period is moved; calculations go on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCKS | period.pk])
        cursor.execute("SELECT status FROM commissions_period WHERE id = %s FOR SHARE", [period.pk])
        (status,) = cursor.fetchone()
    if status not in Period.MOVING:
        raise MoveRefused(_("%(label)s is closed, so nothing of it changes any more.") % {"label": period.label})
