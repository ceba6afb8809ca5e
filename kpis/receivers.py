"""What happens below, noted and woken for."""

from collections.abc import Iterable

from django.db import transaction
from django.dispatch import receiver

from accounts.signals import Moved, people_moved
from kpis import services, tasks
from sales.signals import Touched, facts_changed, rates_changed


@receiver(facts_changed, dispatch_uid="kpis.note_changed_facts")
def note_changed_facts(*, touched: Iterable[Touched], **_: object) -> None:
    services.mark_stale(facts=[(fact.user_id, fact.on) for fact in touched])
    wake_once()


@receiver(rates_changed, dispatch_uid="kpis.note_changed_rates")
def note_changed_rates(*, target: str, touched: Iterable[Touched], **_: object) -> None:
    if services.mark_converted(target=target, facts=[(fact.user_id, fact.on) for fact in touched]):
        wake_once()


@receiver(people_moved, dispatch_uid="kpis.note_moved_people")
def note_moved_people(*, moved: Iterable[Moved], **_: object) -> None:
    services.mark_moved(moves=[(move.user_id, move.starts_on) for move in moved])
    wake_once()


def wake_once() -> None:
    """Wake a worker when the transaction commits, once however many notes it writes.

    A broker that is away must not fail a write that has been committed: the sweep finds the notes.
    """
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is _wake for entry in waiting):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    tasks.recompute_stale.delay()
