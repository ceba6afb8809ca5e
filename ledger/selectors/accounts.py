"""A company's own accounts."""

from dataclasses import dataclass

from django.db.models import QuerySet

from ledger.engine.journal import DEFAULT_CHART, Account, Chart, Kind, Rule
from ledger.models import AccountRule


def account_rules() -> QuerySet[AccountRule]:
    """By what moves, then by what they say more about."""
    return AccountRule.objects.select_related("plan", "team").order_by(
        "kind", "plan__name", "component", "team__name", "pk"
    )


def chart() -> Chart:
    """The accounts that journals go by."""
    return Chart(
        [
            Rule(
                Kind(row.kind),
                Account(row.code, row.name, row.cost_centre),
                plan=row.plan.name if row.plan else "",
                component=row.component,
                team=row.team.name if row.team else "",
            )
            for row in account_rules()
        ]
    )


@dataclass(frozen=True, slots=True)
class DefaultAccount:
    """Where what moves goes as long as no rule says otherwise."""

    what: str
    code: str
    name: str


def default_accounts() -> tuple[DefaultAccount, ...]:
    return tuple(
        DefaultAccount(str(words), DEFAULT_CHART[Kind(kind)].code, DEFAULT_CHART[Kind(kind)].name)
        for kind, words in AccountRule.KINDS
    )
