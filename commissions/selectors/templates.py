"""Plans that people recognise, to start from: YAML files in commissions/plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).resolve().parent.parent / "plans"
_TEMPLATES: Mapping[str, tuple[Promise, Promise]] = {
    "account-executive": (
        _("Account executive with accelerators"),
        _("New business against a quarterly quota; the rate rises at three quarters of it and beyond it."),
    ),
    "sdr-meetings": (
        _("SDR per meeting"),
        _("An amount for each qualified meeting, more from the eleventh of a month on, and a bonus for twenty."),
    ),
    "account-manager": (
        _("Account manager on renewals"),
        _("A small rate for renewals, and tiers against a quota for upsell and cross-sell."),
    ),
    "residuals": (
        _("Residuals while a contract runs"),
        _("A share of each month's fee for the contract's term, and a bonus that is taken back when nobody pays."),
    ),
    "channel-partner": (
        _("Channel partner slab"),
        _("The month's volume decides one rate, which holds for all of it."),
    ),
    "lifetime-tiers": (
        _("Lifetime tiers for a partner"),
        _("What a partner has ever sold on the plan decides the rate, and the first million earns a bonus."),
    ),
    "discount-table": (
        _("Rates by discount"),
        _("A table: the rate falls with the discount that a deal is sold at, and rises with the quarter's sales."),
    ),
    "line-items": (
        _("Rates by product, line by line"),
        _("A deal of several lines is paid for each of them: hardware, services and licences at their own rates."),
    ),
    "retail-slab": (
        _("Retail slab"),
        _("A shop assistant's month in rupiah, each slab at its own rate."),
    ),
    "volume-bonus": (
        _("Retroactive volume bonus"),
        _("A commission, and a bonus that grows with the year, back to the first deal."),
    ),
    "fiscal-year": (
        _("A fiscal year from April"),
        _("Tiers over a year that starts in April, and a bonus at each of its quarters' quota."),
    ),
    "overlay-engineer": (
        _("Overlay engineer"),
        _("Who has the role of an engineer in a deal earns beside its owner."),
    ),
    "manager-override": (
        _("Manager override"),
        _("A share of what those below sell, less at the second level, and a bonus for the team's target."),
    ),
    "ote-payout-curve": (
        _("Target incentive (OTE) with a payout curve"),
        _("Attainment of the quota decides what share of the quarter's target incentive is paid."),
    ),
    "mbo-quarter": (
        _("MBO quarter"),
        _("A part of the target goes by the quota, the rest by objectives that the manager scores."),
    ),
    "product-spiff": (
        _("SPIFF for one product"),
        _("A little extra for premium products between two days, with a limit per person."),
    ),
    "team-pool": (
        _("Pool of a team"),
        _("What a team sells in a quarter earns one sum; half of it is shared equally, half by contribution."),
    ),
    "launch-spiff": (
        _("SPIFF with a budget"),
        _("The first deals of a launch earn an amount each, until a budget for the whole team is used up."),
    ),
    "quarterly-tiers-cap": (
        _("Quarterly tiers with a cap"),
        _("Three tiers against the quarter's quota, and at most 40,000 a quarter."),
    ),
    "new-logo-bonus": (
        _("New-logo bonus by deal size"),
        _("A commission, and a fixed amount for each new customer that depends on the deal's size."),
    ),
    "quota-step-bonus": (
        _("Step bonus at the quota"),
        _("A flat commission, a fixed amount when the quota is reached, and a larger one well beyond it."),
    ),
    "threshold": (
        _("Commission above a threshold"),
        _("Nothing for the first half of the quota, which the base salary covers, then a good rate."),
    ),
    "new-hire-draw": (
        _("Draw for new hires"),
        _("A flat commission, and for three months an advance that later statements pay back by half."),
    ),
    "windfall-cap": (
        _("Key accounts with a windfall cap"),
        _("One rate, and a limit per deal so that one stroke of luck doesn't break the budget."),
    ),
}


@dataclass(frozen=True, slots=True)
class PlanTemplate:
    slug: str  # the file's name, as in `plan init SLUG`
    title: str
    text: str


def plan_templates() -> list[PlanTemplate]:
    return [PlanTemplate(slug, str(title), str(text)) for slug, (title, text) in _TEMPLATES.items()]


def template_source(slug: str) -> str:
    """The YAML of a template. Raises KeyError for a name that isn't one, whatever path it spells."""
    if slug not in _TEMPLATES:
        raise KeyError(slug)
    return (FOLDER / f"{slug}.yaml").read_text()
