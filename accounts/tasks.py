"""What is tidied up by itself."""

from celery import shared_task
from django.utils import timezone

from accounts.services.idempotency import forget_old_answers as forget


@shared_task(name="accounts.forget_old_answers")
def forget_old_answers(**_: object) -> None:
    forget(now=timezone.now())
