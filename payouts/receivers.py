"""What payouts do when something happened, here or below."""

from django.dispatch import receiver

from payouts import signals, tasks


@receiver(signals.account_changed)
def tell_whose_account_it_is(*, account_id: int, what: str, **_: object) -> None:
    tasks.tell_of_account.delay_on_commit(account_id=account_id, what=what)  # type: ignore[attr-defined]  # Celery's Django task
