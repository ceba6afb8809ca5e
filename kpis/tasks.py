from celery import shared_task
from django.utils import timezone

from kpis import services


@shared_task(name="kpis.recompute_stale", acks_late=True)
def recompute_stale(**_: object) -> None:
    services.recompute_stale(now=timezone.now())
