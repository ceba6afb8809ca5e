from celery import shared_task
from django.utils import timezone

from commissions import services
from commissions.services import approvals, dispute_mails


@shared_task(name="commissions.work_on_run", acks_late=True, reject_on_worker_lost=True)
def work_on_run(*, run_id: int, **_: object) -> None:
    services.work_on_run(run_id=run_id, clock=timezone.now)


@shared_task(name="commissions.recalculate_stale", acks_late=True, reject_on_worker_lost=True)
def recalculate_stale(**_: object) -> None:
    while services.recalculate_stale(now=timezone.now()):
        pass


@shared_task(name="commissions.resume_runs", acks_late=True)
def resume_runs(**_: object) -> None:
    for run_id in services.unfinished_runs():
        work_on_run.delay(run_id=run_id)


@shared_task(name="commissions.route_approvals", acks_late=True)
def route_approvals(**_: object) -> None:
    while approvals.route_changed(now=timezone.now()):
        pass


@shared_task(name="commissions.route_all_approvals", acks_late=True)
def route_all_approvals(**_: object) -> None:
    approvals.route_all(now=timezone.now())


@shared_task(name="commissions.tell_outcome", acks_late=True)
def tell_outcome(*, dispute_id: int, **_: object) -> None:
    dispute_mails.tell_outcome(dispute_id=dispute_id, now=timezone.now())


@shared_task(name="commissions.remind_of_disputes", acks_late=True)
def remind_of_disputes(**_: object) -> None:
    """Also of outcomes that were not told: a lost wake-up, or a mail server that was away."""
    for dispute_id in dispute_mails.untold_disputes():
        tell_outcome.delay(dispute_id=dispute_id)
    dispute_mails.remind_of_disputes(now=timezone.now())


@shared_task(name="commissions.remind_approvers", acks_late=True)
def remind_approvers(**_: object) -> None:
    approvals.remind_approvers(now=timezone.now())
