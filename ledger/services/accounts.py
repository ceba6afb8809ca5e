"""Which account takes what moves."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from commissions.models import Plan
from ledger.models import AccountRule


class RuleRefused(ValueError):  # noqa: N818
    """A rule that can't be. The message says why and what to do."""


def save_rule(
    *,
    kind: str,
    plan: Plan | None,
    component: str,
    team: Team | None,
    code: str,
    name: str,
    cost_centre: str,
    acting_user: User,  # noqa: ARG001 the history names her
) -> AccountRule:
    """Add a rule. Raises RuleRefused for a second one about the same."""
    try:
        with transaction.atomic():
            return AccountRule.objects.create(
                kind=kind, plan=plan, component=component, team=team, code=code, name=name, cost_centre=cost_centre
            )
    except IntegrityError:
        raise RuleRefused(
            _("There is a rule for exactly this already. Remove that one first, or say for which team or component.")
        ) from None


def remove_rule(*, rule: AccountRule, acting_user: User) -> None:  # noqa: ARG001
    rule.delete()
