"""Numbers as a person types them, with the signs of her language."""

import re


def plain(text: str, *, decimal: str, thousands: str) -> str | None:
    """Digits with a point and without grouping, or None for a text that is no number written with these signs.

    Groups are of three or not there at all: "1.5" is not fifteen where the point parts thousands.

    >>> plain("1,250.50", decimal=".", thousands=","), plain("1.250,5", decimal=",", thousands=".")
    ('1250.50', '1250.5')
    >>> plain("1.5", decimal=",", thousands="."), plain("1e400", decimal=".", thousands=",")
    (None, None)
    """
    tidy = re.sub(r"\s", "", text).replace("\N{MINUS SIGN}", "-")
    group, point = re.escape(thousands), re.escape(decimal)
    if not re.fullmatch(rf"[+-]?(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)(?:{point}[0-9]+)?", tidy):
        return None
    return tidy.replace(thousands, "").replace(decimal, ".").removeprefix("+")
