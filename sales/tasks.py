"""Imports, as workers do them."""

from celery import shared_task
from django.utils import timezone

from sales import selectors, services


@shared_task(name="sales.run_import", acks_late=True)
def run_import(*, import_id: int, **_: object) -> None:
    services.run_import(import_id=import_id, now=timezone.now(), today=timezone.localdate())


@shared_task(name="sales.forget_old_files")
def forget_old_files(**_: object) -> None:
    services.forget_old_files(now=timezone.now())


@shared_task(name="sales.resume_imports")
def resume_imports(**_: object) -> None:
    """Wake what nobody woke, or whose worker died. An import under way is locked, and skipped by whoever is woken."""
    for import_id in selectors.waiting_imports(timezone.now()):
        run_import.delay(import_id=import_id)
