"""Who shares a deal: "ana@example.com:60%; ben@example.com:40%; overlay=mia@example.com:100%"."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sales.engine.problems import Told, quoted, told

ONE = 1_000_000  # a whole, in parts per million
OWNER = "owner"
_PART = re.compile(
    r"(?:(?P<role>[\w -]{1,50})=)?(?P<person>[^\s=][^=]*?)\s*:\s*(?P<share>[0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%"
)


class SplitError(ValueError):
    """The text or the numbers are no split."""

    def __init__(self, what: Told, fix: Told) -> None:
        super().__init__(f"{what} {fix}")
        self.what, self.fix = what, fix


@dataclass(frozen=True, slots=True)
class Share:
    person: str  # external id or e-mail, not yet looked up
    share_ppm: int  # parts per million of the deal
    role: str = OWNER


def parse_splits(text: str) -> tuple[Share, ...]:
    """The shares that a cell names; those of each role add up to the whole. Raises SplitError.

    >>> parse_splits("ana:60%; ben:40%")
    (Share(person='ana', share_ppm=600000, role='owner'), Share(person='ben', share_ppm=400000, role='owner'))
    """
    shares = tuple(_share(part.strip()) for part in text.split(";") if part.strip())
    check_shares([(share.role, share.person, share.share_ppm) for share in shares])
    return shares


def _share(part: str) -> Share:
    match = _PART.fullmatch(part)
    if not match:
        example = "ana@example.com:60%"
        raise SplitError(
            told("%(part)s is no share.", part=quoted(part)),
            told("Write person:percent, such as %(example)s.", example=example),
        )
    ppm = Decimal(match["share"]) * 10_000
    if ppm != int(ppm):
        raise SplitError(told("%(share)s %% has more than 4 decimals.", share=match["share"]), told("Round it."))
    return Share(match["person"], int(ppm), (match["role"] or OWNER).strip().lower())


def check_shares(shares: Sequence[tuple[str, object, int]]) -> None:
    """Raise SplitError unless, in each role, nobody comes twice and the shares (role, person, ppm) add up to 100 %.

    >>> check_shares([("owner", "ana", 700_000), ("owner", "ben", 600_000)])  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    SplitError: The shares of owner add up to 130 %, not to 100 %. Correct them so that each role has 100 percent.
    """
    totals: Counter[str] = Counter()
    for role, person, ppm in shares:
        if not 0 < ppm <= ONE:
            raise SplitError(
                told("%(person)s's share is %(share)s %%.", person=str(person), share=percent(ppm)),
                told("Write more than 0 and at most 100 percent."),
            )
        totals[role] += ppm
    for (role, person), times in Counter((role, person) for role, person, _ppm in shares).items():
        if times > 1:
            raise SplitError(
                told("%(person)s comes twice as %(role)s.", person=str(person), role=role),
                told("Add the shares up."),
            )
    for role, total in totals.items():
        if total != ONE:
            raise SplitError(
                told("The shares of %(role)s add up to %(total)s %%, not to 100 %%.", role=role, total=percent(total)),
                told("Correct them so that each role has 100 percent."),
            )


def percent(ppm: int) -> str:
    """Parts per million as people write percents.

    >>> percent(1_300_000), percent(333_333)
    ('130', '33.3333')
    """
    return f"{Decimal(ppm) / 10_000:f}".rstrip("0").rstrip(".") if ppm % 10_000 else str(ppm // 10_000)
