"""The words of the form's parts for days on the plan and days of leave: see `table`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from commissions.engine.schema import Leave, LeaveRules, QuotaRules
from commissions.forms.keys import Key, any_component
from commissions.forms.kinds import Model

_GOALS = {"whole": _("count in full"), "prorated": _("count less, as for days off the plan")}

DAYS: Mapping[Model, tuple[Key, ...]] = {
    QuotaRules: (
        Key(
            "prorate", _("For part of a period"), is_wide=True, usual=_("quotas count in full"),
            choices={
                "calendar_days": _("quotas count by calendar days"),
                "working_days": _("quotas count by working days, Mondays to Fridays"),
                "30_360": _("quotas count by days, each month as thirty"),
            },
        ),
        Key(
            "ramp", _("In the first months"), is_wide=True, usual=_("all of it"),
            help=_("Which share of the quota counts in the first month on the plan, the second and so on: 50%, 75%."),
        ),
    ),
    LeaveRules: (
        Key(
            "deals", _("Deals that close on leave"), is_wide=True,
            choices={"credited": _("are credited"), "not_credited": _("aren't credited, to her or to anybody else")},
        ),
        Key("quotas", _("Quotas"), is_wide=True, choices=_GOALS, fits=any_component("against", "quota")),
        Key("targets", _("Target incentives"), is_wide=True, choices=_GOALS, fits=any_component("pays", "target")),
    ),
    Leave: (
        Key("from", _("From")),
        Key("until", _("Until before")),
    ),
}  # fmt: skip
