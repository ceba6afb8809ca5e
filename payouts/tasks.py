"""What workers do for payouts."""

from celery import shared_task

from payouts import services


@shared_task(name="payouts.tell_of_account", acks_late=True)
def tell_of_account(*, account_id: int, what: str, **_: object) -> None:
    services.tell_of_account(account_id=account_id, what=what)
