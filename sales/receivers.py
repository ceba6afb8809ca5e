"""What sales does when it hears of something: it wakes workers."""

from django.dispatch import receiver

from sales import signals, tasks


@receiver(signals.import_waiting)
def wake_a_worker(*, import_id: int, **_: object) -> None:
    tasks.run_import.delay_on_commit(import_id=import_id)  # type: ignore[attr-defined]  # Celery's Django task
