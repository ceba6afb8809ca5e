"""The Celery application and its clock: what runs when nobody asked."""

import os

from celery import Celery

from config import history

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("juara")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
history.listen_to_tasks()

# The sweeps only catch what a lost wake-up left behind: nearly every one of these tasks is also woken on commit.
# What has nothing to wake it and waits for a day runs hourly, since a machine may never be up at one time of the day.
app.conf.beat_schedule = {
    "accounts.forget_old_answers": {"task": "accounts.forget_old_answers", "schedule": 3600.0},
    "kpis.recompute_stale": {"task": "kpis.recompute_stale", "schedule": 5.0},
    "leaderboards.update_standings": {"task": "leaderboards.update_standings", "schedule": 5.0},
    "commissions.recalculate_stale": {"task": "commissions.recalculate_stale", "schedule": 5.0},
    "commissions.resume_runs": {"task": "commissions.resume_runs", "schedule": 10.0},
    "commissions.route_approvals": {"task": "commissions.route_approvals", "schedule": 5.0},
    "commissions.route_all_approvals": {"task": "commissions.route_all_approvals", "schedule": 3600.0},
    "commissions.remind_approvers": {"task": "commissions.remind_approvers", "schedule": 3600.0},
    "sales.resume_imports": {"task": "sales.resume_imports", "schedule": 15.0},
    "commissions.remind_of_disputes": {"task": "commissions.remind_of_disputes", "schedule": 1800.0},
    "sales.forget_old_files": {"task": "sales.forget_old_files", "schedule": 3600.0},
}
