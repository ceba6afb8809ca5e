"""Whether the parts of a payout make up a whole, each due at one time."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from commissions.engine.decimals import DECIMALS, canonical, decimals_of
from commissions.engine.errors import PlanError
from commissions.engine.schema import PayoutPart
from commissions.engine.words import told

_WHEN = ("due", "after", "on_date")


def check_payout(parts: Sequence[PayoutPart], path: str) -> Iterator[PlanError]:
    """Errors of a component's payout."""
    for index, part in enumerate(parts):
        yield from _part(part, f"{path}[{index}]")
    whole = sum((part.share for part in parts), Decimal(0))
    if parts and whole != 1:
        percent = canonical(whole * 100)
        yield PlanError(path, told("The shares add up to %(sum)s%%. Make it 100%%.", sum=percent))


def _part(part: PayoutPart, path: str) -> Iterator[PlanError]:
    if not 0 < part.share <= 1 or decimals_of(part.share) > DECIMALS:
        share = canonical(part.share * 100)
        said = told("%(share)s%% is no share of what was earned. Write one such as 50%%.", share=share)
        yield PlanError(f"{path}.share", said)
    given = [key for key in _WHEN if getattr(part, key) is not None]
    if not given:
        said = told("When is it paid? Write `due: paid`, `after: 3 months` or `on_date: 2027-01-15`, say.")
        yield PlanError(path, said)
    elif len(given) > 1:
        said = told("`%(key)s` already says when. Remove one, or make two parts of it.", key=given[0])
        yield PlanError(f"{path}.{given[1]}", said)
