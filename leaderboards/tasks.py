from celery import shared_task

from leaderboards import services


@shared_task(name="leaderboards.update_standings", acks_late=True)
def update_standings(**_: object) -> None:
    services.update_standings()
