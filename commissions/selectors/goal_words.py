"""What of a quota or a target counts, in a sentence: days on the plan, leave, and first months."""

from django.utils.translation import gettext as _

from commissions.selectors.counted_goals import CountedGoal
from commissions.selectors.explanations import LineExplanation
from core.templatetags import formats
from core.templatetags.juara import locale


def goal_words(goal: CountedGoal, why: LineExplanation) -> str:
    active, days = goal.days or (0, 0)
    return _text(goal) % {
        "whole": _amount(goal, goal.whole, why),
        "counts": _amount(goal, goal.counts, why),
        "active": active,
        "days": days,
        "away": goal.away,
        "ramp": ", ".join(formats.percent(share, locale(), places=4) for share in goal.ramp),
    }


def _amount(goal: CountedGoal, size: int, why: LineExplanation) -> str:
    return formats.written_money(size, why.currency, locale()).text if goal.is_target else why.unit.text(size)


def _text(goal: CountedGoal) -> str:
    if goal.away:
        return _without_leave(goal)
    if goal.is_target:
        return _("Of the target of %(whole)s, %(counts)s count: %(active)s of %(days)s days on the plan.")
    if not goal.ramp:
        return _("Of the quota of %(whole)s, %(counts)s count: %(active)s of %(days)s days on the plan.")
    if goal.days:
        return _(
            "Of the quota of %(whole)s, %(counts)s count: for the days on the plan, and in its first months these: "
            "%(ramp)s."
        )
    return _("Of the quota of %(whole)s, %(counts)s count: in the first months on the plan these shares: %(ramp)s.")


def _without_leave(goal: CountedGoal) -> str:
    if goal.is_target:
        return _(
            "Of the target of %(whole)s, %(counts)s count: %(active)s of %(days)s days on the plan, without "
            "%(away)s of leave."
        )
    if not goal.ramp:
        return _(
            "Of the quota of %(whole)s, %(counts)s count: %(active)s of %(days)s days on the plan, without "
            "%(away)s of leave."
        )
    return _(
        "Of the quota of %(whole)s, %(counts)s count: for the days on the plan, without %(away)s of leave, and in its "
        "first months these: %(ramp)s."
    )
