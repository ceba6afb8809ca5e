"""Pools of teams in words: how they are shared, and which part of one a line is."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from commissions.engine.schema import Component, Pool, PoolShare
from commissions.models import EarningLine
from commissions.selectors.units import Unit
from core.templatetags import formats
from core.templatetags.juara import locale


@dataclass(frozen=True, slots=True)
class PoolPart:
    """What the same members of a team share in a window, before and with a credit, and one member's part of it."""

    share: PoolShare
    before_minor: int
    after_minor: int
    members: int
    own: int  # what this member contributed by then, in the component's unit
    total: int  # and all of them
    part_minor: int


def pool_part(line: EarningLine, component: Component) -> PoolPart | None:
    """None where the line isn't a part of a pool."""
    if component.pool is None or not line.pool:
        return None
    return PoolPart(component.pool.share, *map(int, line.pool.split()))


def pool_texts(part: PoolPart, unit: Unit, currency: str, amount: int, payee: str) -> Iterator[str]:
    """The way from what the pool earned to the line."""
    words = {
        "step": _money(part.after_minor - part.before_minor, currency),
        "pool": _money(part.after_minor, currency),
        "members": part.members,
        "own": unit.text(part.own),
        "total": unit.text(part.total),
        "payee": payee,
    }
    if part.share is PoolShare.EQUAL:
        text = _("This adds %(step)s to the team's pool, now %(pool)s, which is shared equally. Members: %(members)s.")
    else:
        text = _(
            "This adds %(step)s to the team's pool, now %(pool)s, which is shared by contribution. "
            "Members: %(members)s. Contributed by %(payee)s: %(own)s of %(total)s."
        )
    yield text % words
    figures = {
        "part": _money(part.part_minor, currency),
        "before": _money(part.part_minor - amount, currency),
        "amount": _money(amount, currency),
    }
    yield _("That makes a part of %(part)s, after %(before)s before: %(amount)s by this line.") % figures


def pool_sentences(pool: Pool, *, by_quota: bool) -> Iterator[str]:
    """What a plan's page says of a component's pool."""
    yield _("The team earns it together. Its pool is shared among the members of the team who are on the plan.")
    if by_quota:
        yield _("The quota is the team's.")
    if pool.share is PoolShare.EQUAL:
        yield _("Each member gets an equal part.")
    else:
        yield _("Each member gets the part that she or he contributed.")


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
