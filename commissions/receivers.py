"""What happens below and here, noted, woken for and told.

A broker or a Valkey that is away must not fail what has been committed: the sweeps find the notes and the chunks.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Model
from django.dispatch import receiver
from redis import RedisError

from accounts.models import Membership
from accounts.signals import Away, Moved, leave_changed, people_moved
from commissions import policies, services, signals, tasks
from commissions.models import Period
from core import live
from kpis.signals import Remeasured, all_remeasured, values_changed
from sales.signals import Touched, facts_changed, rates_changed

logger = logging.getLogger(__name__)
MOST_WOKEN = 16  # workers for a run; each goes on until no chunk is left

live.admit("person", policies.can_follow_person)


@receiver(facts_changed, dispatch_uid="commissions.note_changed_facts")
def note_changed_facts(*, touched: Iterable[Touched], deal_ids: Iterable[int] = (), **_: object) -> None:
    facts = [(fact.user_id, fact.on) for fact in touched]
    services.note_facts(touched=facts, deal_ids=deal_ids)
    wake_once()


@receiver(rates_changed, dispatch_uid="commissions.note_changed_rates")
def note_changed_rates(*, target: str, touched: Iterable[Touched], deal_ids: Iterable[int], **_: object) -> None:
    facts = [(fact.user_id, fact.on) for fact in touched]
    if services.note_rates(target=target, touched=facts, deal_ids=deal_ids):
        wake_once()


@receiver(people_moved, dispatch_uid="commissions.note_moved_people")
def note_moved_people(*, sender: type[Model], moved: Iterable[Moved], **_: object) -> None:
    note = services.note_teams if sender is Membership else services.note_reporting
    if note(moves=[(move.user_id, move.starts_on, move.former_id) for move in moved]):
        wake_once()
    work_out_approvals()


@receiver(leave_changed, dispatch_uid="commissions.note_changed_leave")
def note_changed_leave(*, away: Iterable[Away], now: datetime, **_: object) -> None:
    if services.note_leave(away=[(each.user_id, each.starts_on, each.ends_on) for each in away], now=now):
        wake_once()


@receiver(values_changed, dispatch_uid="commissions.note_changed_kpis")
def note_changed_kpis(*, changed: Iterable[Remeasured], **_: object) -> None:
    people = [(each.subject_id, each.month) for each in changed if each.subject_kind == "person"]
    if services.note_kpis(changed=people):
        wake_once()


@receiver(all_remeasured, dispatch_uid="commissions.note_all_kpis")
def note_all_kpis(**_: object) -> None:
    if services.note_all_kpis():
        wake_once()


@receiver(signals.statements_stale, dispatch_uid="commissions.wake_for_notes")
def wake_for_notes(**_: object) -> None:
    wake_once()


@receiver(signals.run_started, dispatch_uid="commissions.wake_for_run")
def wake_for_run(*, run_id: int, chunks: int, **_: object) -> None:
    for _worker in range(min(chunks, MOST_WOKEN)):
        transaction.on_commit(partial(tasks.work_on_run.delay, run_id=run_id), robust=True)


@receiver(signals.statements_changed, dispatch_uid="commissions.tell_open_pages")
def tell_open_pages(*, payee_ids: frozenset[int], **_: object) -> None:
    try:
        live.publish(f"person-{payee_id}" for payee_id in payee_ids)
    except RedisError as error:
        logger.warning("Open pages were not told of new statements: %s", error)


@receiver(signals.chains_changed, dispatch_uid="commissions.route_by_new_chain")
def work_out_approvals(**_: object) -> None:
    """Whom published statements wait for, once however many people move."""
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is _route for entry in waiting):
        transaction.on_commit(_route, robust=True)


@receiver(signals.period_moved, dispatch_uid="commissions.route_published")
def work_out_published(*, after: str, **_: object) -> None:
    if after == Period.Status.REVIEW:
        transaction.on_commit(tasks.route_approvals.delay, robust=True)


def _route() -> None:
    tasks.route_all_approvals.delay()


def wake_once() -> None:
    """Wake a worker when the transaction commits, once however many notes it writes."""
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is _wake for entry in waiting):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    tasks.recalculate_stale.delay()


@receiver(signals.dispute_ended, dispatch_uid="commissions.tell_outcome_of_dispute")
def tell_outcome_of_dispute(*, dispute_id: int, **_: object) -> None:
    transaction.on_commit(partial(tasks.tell_outcome.delay, dispute_id=dispute_id), robust=True)
