"""Fields of a company's own making that its deals carry: by slug a text, or a whole number.

>>> slug_of("custom.region"), slug_of("custom.Region"), slug_of("region")
('region', None, None)
"""

import re
from collections.abc import Mapping

from sales.engine.problems import Told, quoted, told

PREFIX = "custom."  # before the slug: in a mapping, a file's header and, with `deal.`, in plans
SLUG = re.compile(r"[a-z][a-z0-9_]{0,49}", re.ASCII)
LONGEST = 200  # characters of a value
MOST = 50  # of one deal
LARGEST_NUMBER = 10**15
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class CustomError(ValueError):
    """A name or a value that no custom field can have, or too many of them."""

    def __init__(self, what: Told, fix: Told) -> None:
        super().__init__(f"{what} {fix}")
        self.what, self.fix = what, fix


def slug_of(name: str) -> str | None:
    """The slug in `custom.slug`; None for another field, or for one that is no slug."""
    slug = name.removeprefix(PREFIX)
    return slug if slug != name and SLUG.fullmatch(slug) else None


def check_custom(values: Mapping[str, object]) -> None:
    """Raise CustomError unless these can be the custom fields of a deal.

    >>> check_custom({"region": "west", "seats": 25})
    >>> check_custom({"Region": "west"})  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    CustomError: 'Region' is no name of a field. Write small letters, digits and underscores, such as region.
    """
    if len(values) > MOST:
        raise CustomError(too_many(len(values)), told("Leave some out."))
    for slug, value in values.items():
        if not SLUG.fullmatch(slug):
            raise CustomError(
                told("%(slug)s is no name of a field.", slug=quoted(slug)),
                told("Write small letters, digits and underscores, 50 at most, beginning with a letter: region."),
            )
        _check_value(slug, value)


def too_many(count: int) -> Told:
    return told("The deal would have %(count)s fields of your own; %(most)s is the most.", count=count, most=MOST)


def _check_value(slug: str, value: object) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER:
        return
    if not isinstance(value, str) or not value:
        raise CustomError(told("%(slug)s has no value.", slug=slug), told("Write a text or a whole number."))
    if len(value) > LONGEST:
        long = told(
            "%(slug)s has %(length)s characters; %(most)s is the most.", slug=slug, length=len(value), most=LONGEST
        )
        raise CustomError(long, told("Shorten it."))
    if _CONTROL.search(value):
        unseen = told("%(slug)s holds characters that can't be seen.", slug=slug)
        raise CustomError(unseen, told("Type it anew, on one line."))


def custom_of(text: str) -> dict[str, object]:
    """The fields that a text writes out, one a line. Raises CustomError.

    >>> custom_of("region = west\\n\\nSeats=25")
    {'region': 'west', 'seats': '25'}
    """
    found: dict[str, object] = {}
    for line in filter(str.strip, text.splitlines()):
        name, sign, value = (part.strip() for part in line.partition("="))
        slug = name.lower()
        if not sign:
            raise CustomError(
                told("%(line)s says no value.", line=quoted(line)), told("Write name = value, such as region = west.")
            )
        if slug in found:
            raise CustomError(told("%(slug)s comes twice.", slug=quoted(slug)), told("Keep one of the two."))
        if value:
            found[slug] = value
    check_custom(found)
    return found


def custom_text(values: Mapping[str, object]) -> str:
    return "\n".join(f"{slug} = {values[slug]}" for slug in sorted(values))
