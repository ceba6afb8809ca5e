"""What happens below, noted in its transaction; and who may hear of it."""

from collections.abc import Iterable

from django.db import transaction
from django.dispatch import receiver

from accounts.signals import people_moved
from core import live
from kpis.signals import Remeasured, all_remeasured, values_changed
from leaderboards import policies, services

live.admit("board", policies.can_follow_board)


@receiver(values_changed, dispatch_uid="leaderboards.note_changed_values")
def note_changed_values(*, changed: Iterable[Remeasured], **_: object) -> None:
    services.mark_stale(changed=changed)
    follow()


@receiver(all_remeasured, dispatch_uid="leaderboards.note_all_values")
@receiver(people_moved, dispatch_uid="leaderboards.note_moved_people")
def note_all_boards(**_: object) -> None:
    services.mark_all_stale()
    follow()


def follow() -> None:
    """Update the standings as soon as the values are committed, in this very process: a queue would cost more.

    If that fails, the values stand and the notes wait for the sweep.
    """
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is services.update_standings for entry in waiting):
        transaction.on_commit(services.update_standings, robust=True)
