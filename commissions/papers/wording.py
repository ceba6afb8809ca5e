"""A statement as the texts of a paper, in the reader's language: everything that its PDF says."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Company
from commissions.models import PlanVersion, Statement
from commissions.selectors.adjustments import statement_adjustments
from commissions.selectors.documents import document_of
from commissions.selectors.rule_words import component_rules
from commissions.selectors.sections import TierText, component_tiers
from commissions.selectors.statements import ComponentGroup, LineRow, SettlementRow, StatementView
from commissions.selectors.true_up_words import TrueUpGroup
from commissions.selectors.units import Unit
from core.templatetags import formats
from core.templatetags.juara import ABSENT, day, days, locale, moment, money_text
from core.templatetags.juara import period as period_name

Texts = dict[str, Any]  # what JSON can hold
# What turns the direction of the letters around it: a name has its own direction without them.
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def texts_of(view: StatementView, statement: Statement) -> Texts:
    """Every text of a statement's paper. The same statement and language give the same. Few queries."""
    label, money = period_name(view.label), view.currency
    versions = PlanVersion.objects.defer("source").in_bulk({group.plan_version_pk for group in view.components})
    said = {
        "lang": (get_language() or "en").split("-")[0],
        "company": str(Company.objects.first() or "Juara"),
        "title": _("Statement %(label)s") % {"label": label},
        "payee": view.payee.name,
        "facts": list(_facts(view)),
        "period": label,
        "status": str(view.period.get_status_display()),
        "note": _("The period is not closed yet: these figures may still change.") if view.period.is_moving else "",
        "payable": money_text(view.payable_minor, money),
        "summary": list(_summary(view, statement)),
        "settled": [note for row in view.settlements if (note := _settled(row, money))],
        "notices": [f"{row.deal}: {row.text}" if row.deal else row.text for row in view.notices],
        "groups": [_group(group, versions, money) for group in view.components],
        "true_ups": [_true_up(group, money) for group in view.true_ups],
        "adjustments": list(_adjustments(statement)),
        "releases": list(_releases(view)),
        "words": _words(),
        "footer": _("Computed %(moment)s, revision %(number)s")
        % {"moment": moment(view.computed_at), "number": statement.revision},
    }
    found: Texts = _straight(said)
    return found


def _straight(said: Any) -> Any:  # noqa: ANN401 JSON
    match said:
        case str():
            return _TURNING.sub("", said)
        case list():
            return [_straight(each) for each in said]
        case dict():
            return {key: _straight(each) for key, each in said.items()}
    return said


def _facts(view: StatementView) -> Iterator[str]:
    yield days(DateRange(view.start, view.end))
    yield from (text for text in (view.payee.email, view.payee.external_id) if text)


def _summary(view: StatementView, statement: Statement) -> Iterator[Texts]:
    """From what each component earned to what is payable; each row moves the sum by its amount."""
    for group in view.components:
        yield _step(group.name, group.amount_minor, view.currency)
    for made_good in view.true_ups:
        yield _step(true_up_title(made_good), made_good.amount_minor, view.currency, signed=True)
    yield _step(_("Earned"), view.total_minor, view.currency, is_sum=True)
    steps: Counter[str] = Counter()
    for settled in view.settlements:
        for words, minor in settled.steps:
            steps[words] += minor
    if statement.adjusted_minor:
        steps[_("Adjustments")] += statement.adjusted_minor
    for words, minor in steps.items():
        yield _step(words, minor, view.currency, signed=True)
    if steps:
        yield _step(_("Payable"), view.payable_minor, view.currency, is_sum=True)


def true_up_title(group: TrueUpGroup) -> str:
    return _("%(label)s, true-up") % {"label": period_name(group.label)}


def _true_up(group: TrueUpGroup, currency: str) -> Texts:
    return {
        "name": true_up_title(group),
        "amount": formats.written_money(group.amount_minor, currency, locale(), signed=True).text,
        "columns": [_("Deal"), _("Date"), _("Paid then"), _("Comes to now"), _("Difference")],
        "rows": [
            {
                "deal": row.deal,
                "sub": ", ".join(filter(None, (row.component, row.customer))),
                "date": day(row.date),
                "event": row.event,
                "amounts": [
                    _amount(minor, currency, whole=False) for minor in (row.was_minor, row.now_minor, row.amount_minor)
                ],
            }
            for row in group.rows
        ],
    }


def _adjustments(statement: Statement) -> Iterator[Texts]:
    """Those that count, as the payee may read them."""
    for row in statement_adjustments(statement, statement.payee):
        if not row.waits:
            amount = formats.written_money(row.amount_minor, statement.currency, locale(), signed=True).text
            reason = "\n".join(filter(None, (row.reason, row.deal, row.moved)))
            yield {"kind": row.kind, "reason": reason, "amount": amount}


def _step(label: str, minor: int, currency: str, *, is_sum: bool = False, signed: bool = False) -> Texts:
    amount = formats.written_money(minor, currency, locale(), signed=signed).text
    return {"label": label, "amount": amount, "is_sum": is_sum}


def _settled(row: SettlementRow, currency: str) -> str:
    """What is owed or waits after this statement."""
    said = []
    if row.has_debt:
        said.append(
            _("Owed before: %(before)s. Still owed after this statement: %(after)s.")
            % {
                "before": money_text(row.owed_before_minor, currency),
                "after": money_text(row.owed_after_minor, currency),
            }
        )
    if row.forgiven_minor:
        said.append(_("%(amount)s was forgiven.") % {"amount": money_text(row.forgiven_minor, currency)})
    if row.held_after_minor:
        held = money_text(row.held_after_minor, currency)
        said.append(_("Still held back after this statement: %(amount)s.") % {"amount": held})
    return f"{row.plan}: {' '.join(said)}" if said else ""


def _group(group: ComponentGroup, versions: Mapping[int, PlanVersion], currency: str) -> Texts:
    document = document_of(versions[group.plan_version_pk])
    component = document.component(group.key)
    tiers = component_tiers(component, document, None) if len(component.steps) > 1 else ()
    return {
        "name": group.name,
        "plan": group.plan,
        "rules": " ".join(component_rules(component, document)),
        "tiers": list(map(_tier, tiers)),
        "columns": _columns(group.unit, currency),
        "credited": _bare(group.credited_minor, group.unit) if group.credited else "",
        "amount": money_text(group.amount_minor, currency),
        "sum": _amount(group.amount_minor, currency, whole=_is_whole(group)),
        "lines": [_line(line, group) for line in group.lines],
    }


def _columns(unit: Unit, currency: str) -> list[str]:
    credited, position = _("Credited"), _("Position before → after")
    if unit.is_money:
        credited, position = f"{credited}, {currency}", f"{position}, {currency}"
    return [_("Deal"), _("Date"), credited, position, _("Rate"), f"{_('Pay')}, {currency}"]


def _tier(tier: TierText) -> str:
    """From 50%: 8%."""
    values = " / ".join(tier.values) + (f" + {tier.bonus}" if tier.bonus else "")
    return _("from %(start)s: %(values)s") % {"start": tier.start, "values": values}


def _line(line: LineRow, group: ComponentGroup) -> Texts:
    through = _("through %(name)s") % {"name": line.via} if line.via else ""
    return {
        "deal": line.deal,
        "sub": ", ".join(filter(None, (line.customer if line.customer not in line.deal else "", through))),
        "date": day(line.date),
        "event": line.event,
        "credited": _bare(line.credited_minor, line.unit) if line.counts else ABSENT,
        "way": list(_way(line)),
        "rate": _rate(line, group),
        "column": line.column,
        "amount": _amount(line.amount_minor, group.unit.currency, whole=_is_whole(group)),
        "mark": _("capped") if line.is_capped else _("floor") if line.is_lifted else "",
    }


def _way(line: LineRow) -> Iterator[str]:
    """From where to where it moved its payee."""
    if line.kind == "credit":
        yield from (_bare(line.x0_minor, line.unit), f"→ {_bare(line.x1_minor, line.unit)}")
    else:
        yield ABSENT


def _bare(x: int, unit: Unit) -> str:
    return _amount(x, unit.currency) if unit.is_money else unit.text(x)


def _is_whole(group: ComponentGroup) -> bool:
    """Whether none of its pay has a part that needs decimals: else all show them, so that they stand in line."""
    return not any(formats.has_part(line.amount_minor, group.unit.currency) for line in group.lines)


def _amount(minor: int, currency: str, *, whole: bool = True) -> str:
    """Money without its currency, which stands above the column."""
    written = formats.written_money(minor, currency, locale())
    return f"{written.sign}{written.whole}{'' if written.spare and whole else written.decimals}"


def _rate(line: LineRow, group: ComponentGroup) -> str:
    if not line.counts:
        return ABSENT
    return line.prices or (_("steps") if group.is_stepped else _("curve"))


def _releases(view: StatementView) -> Iterator[Texts]:
    for row in view.releases:
        amounts = [
            ABSENT if row.has_lapsed else money_text(minor, view.currency)
            for minor in (row.paid_minor, row.held_after_minor)
        ]
        yield {
            "deal": row.deal,
            "component": row.component,
            "earned_on": day(row.earned_on),
            "why": row.why,
            "paid": amounts[0],
            "held": amounts[1],
        }


def _words() -> Texts:
    return {
        "payable": _("Payable"),
        "summary": _("From earned to payable"),
        "notices": _("What did not count, and why"),
        "releases": _("Pay that waits"),
        "total": _("Total"),
        "true_up": _("What that period would pay now, less what was paid for it."),
        "adjustments": _("Adjustments"),
        "release_columns": [
            _("Deal"), _("Earned on"), _("When it is paid"), _("Paid now"), _("Still held back"),
        ],
        "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }  # fmt: skip
