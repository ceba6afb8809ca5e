"""Why a credit did not count, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from commissions.engine.frames import Notice
from commissions.models import Assignment, PlanVersion, Statement
from commissions.selectors.documents import document_of
from commissions.selectors.multipliers import kpi_name
from core.periods import parse_period
from core.templatetags import formats
from core.templatetags.juara import locale
from sales.models import Deal

GOAL_MISSING = (Notice.QUOTA_MISSING, Notice.TARGET_MISSING, Notice.QUOTA_AT_NOTHING, Notice.TARGET_AT_NOTHING)
_NAMING = (
    *GOAL_MISSING,
    Notice.FACT_MISSING,
    Notice.COLUMN_MISSING,
    Notice.MULTIPLIER_MISSING,
    Notice.SCORE_MISSING,
)  # whose detail begins with a component's key


@dataclass(frozen=True, slots=True)
class NoticeRow:
    code: str  # of the engine's Notice
    text: str  # in the reader's language
    deal_pk: int | None
    deal: str  # name or external id, empty when it concerns no single deal


def notice_rows(statement: Statement) -> tuple[NoticeRow, ...]:
    """The notices of a statement, in words. One query for the names of all deals, one for those of all components."""
    notices: list[dict[str, Any]] = statement.notices
    components = _component_names(statement) if any(row["code"] in _NAMING for row in notices) else {}
    deals = Deal.objects.only("name", "external_id").in_bulk({row["deal"] for row in notices if row["deal"]})
    names = {pk: str(deal) for pk, deal in deals.items()}
    return tuple(
        NoticeRow(
            row["code"],
            notice_text(row["code"], row["detail"], components),
            row["deal"],
            names.get(row["deal"], ""),
        )
        for row in notices
    )


def _component_names(statement: Statement) -> dict[str, str]:
    """Names by key, in the plans that pay this payee in this period; not of a key that two plans name differently.

    Those of objectives by `component.objective`.
    """
    during = (statement.period.start, statement.period.end)
    assigned = Assignment.objects.filter(payee=statement.payee_id, during__overlap=during)
    versions = PlanVersion.objects.defer("source").filter(during__overlap=during, plan__in=assigned.values("plan"))
    names: dict[str, set[str]] = {}
    for version in versions.exclude(status=PlanVersion.Status.DRAFT):
        for component in document_of(version).components:
            names.setdefault(component.key, set()).add(component.name)
            for each in component.objectives:
                names.setdefault(f"{component.key}.{each.key}", set()).add(each.name)
    return {key: found.pop() for key, found in names.items() if len(found) == 1}


def notice_text(code: str, detail: str, components: Mapping[str, str]) -> str:
    """What happened, why, and what to do next. A component without a name is called by its key."""
    notice = Notice(code)
    first, _between, second = detail.partition(" ")
    day = ""
    if notice is Notice.ON_LEAVE:
        detail = formats.day(date.fromisoformat(first), locale())
    elif notice is Notice.NOT_ASSIGNED:
        detail = formats.day(date.fromisoformat(detail), locale())
    elif notice is Notice.FACT_MISSING:
        first, second = components.get(first, first), ", ".join(_facts()[fact] for fact in second.split(","))
    elif notice is Notice.COLUMN_MISSING:
        first = components.get(first, first)
    elif notice is Notice.RATE_MISSING:
        second, _between, closed = second.partition(" ")
        day = formats.day(date.fromisoformat(closed), locale())
    elif notice is Notice.SCORE_MISSING:
        return _score_missing(first, second, components)
    elif notice in GOAL_MISSING:
        first, second = components.get(first, first), formats.period(parse_period(second), locale())
    elif notice is Notice.MULTIPLIER_MISSING:
        read, _between, label = second.partition(" ")
        first, detail = components.get(first, first), components.get(read, kpi_name(read))
        second = formats.period(parse_period(label), locale())
    return str(_texts()[notice] % {"first": first, "second": second, "detail": detail, "day": day})


def _score_missing(key: str, rest: str, components: Mapping[str, str]) -> str:
    label, _between, missing = rest.partition(" ")
    words = {"component": components.get(key, key), "period": formats.period(parse_period(label), locale())}
    if not missing:
        text = _(
            "Nothing is paid for %(component)s yet: no score was entered for %(period)s. Whoever the payee reports to "
            "enters it under Scores."
        )
        return text % words
    names = [components.get(f"{key}.{each}", each) for each in missing.split(",")]
    text = _(
        "A part of %(component)s is not paid yet: no score was entered for %(period)s of %(objectives)s. Whoever the "
        "payee reports to enters it under Scores."
    )
    return text % (words | {"objectives": ", ".join(names)})


def _texts() -> dict[Notice, str]:
    return {
        Notice.CURRENCY_DIFFERS: _(
            "Not counted: the deal is in %(first)s, the plan pays in %(second)s and doesn't convert other currencies."
        ),
        Notice.RATE_MISSING: _(
            "Not counted: no exchange rate from %(first)s to %(second)s is known for %(day)s, when the deal closed. "
            "Ask an administrator to add it."
        ),
        Notice.QUOTA_MISSING: _(
            "Nothing is paid for %(first)s in %(second)s: it is measured against a quota, and none is set. "
            "Ask an administrator to set it."
        ),
        Notice.TARGET_MISSING: _(
            "Nothing is paid for %(first)s in %(second)s: it pays shares of a target incentive, and none is set. "
            "Ask an administrator to set it."
        ),
        Notice.MULTIPLIER_MISSING: _(
            "%(first)s is multiplied by the lowest row of its table in %(second)s: no value of %(detail)s is known. "
            "A KPI has one once there is something to measure, a component once a quota is set."
        ),
        Notice.QUOTA_AT_NOTHING: _(
            "Nothing is paid for %(first)s in %(second)s: it is measured against a quota, and nothing of it counts, by "
            "the days on the plan, leave and first months."
        ),
        Notice.TARGET_AT_NOTHING: _(
            "Nothing is paid for %(first)s in %(second)s: it pays shares of a target incentive, and nothing of it "
            "counts, by the days on the plan and leave."
        ),
        Notice.ON_LEAVE: _(
            "Not credited by %(second)s: it closed on %(detail)s, a day of leave, and this plan doesn't credit deals "
            "that close on leave."
        ),
        Notice.NOT_ASSIGNED: _("Not counted: on %(detail)s, when the deal closed, there was no plan to count it."),
        Notice.FACT_MISSING: _(
            "Not counted for %(first)s: of the deal, %(second)s isn't known. "
            "Ask an administrator to enter it at the deal."
        ),
        Notice.COLUMN_MISSING: _(
            "Not counted for %(first)s: its rates go by %(second)s, and no column of the table takes this deal. "
            "Ask an administrator to correct the deal, or to add a column."
        ),
        Notice.SHARES_OVER_WHOLE: _(
            "Not counted: the shares of the role %(detail)s add up to more than 100 %%. Correct the deal."
        ),
    }


def _facts() -> dict[str, str]:
    return {"cost": _("the cost"), "tax": _("the tax"), "line_cost": _("the cost of a line")}
