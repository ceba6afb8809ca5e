"""What payouts do when something happened, here or below."""

from django.dispatch import receiver
from django.utils import timezone

from commissions.models import Period
from commissions.signals import period_moved
from payouts import services, signals, tasks


@receiver(signals.account_changed)
def tell_whose_account_it_is(*, account_id: int, what: str, **_: object) -> None:
    tasks.tell_of_account.delay_on_commit(account_id=account_id, what=what)  # type: ignore[attr-defined]  # Celery's


@receiver(period_moved)
def hold_whom_it_closed_without_an_approval(*, period_id: int, after: str, **_: object) -> None:
    """In the same transaction: no batch may be made in between."""
    if after == Period.Status.CLOSED:
        services.hold_exceptions(period_id=period_id, now=timezone.now())
