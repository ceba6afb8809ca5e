"""The template tags of our own components; templates/components/README.md shows each in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Protocol
from zlib import crc32

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Widget
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import to_locale as locale_of

from core.money import exponent
from core.periods import parse_period
from core.templatetags import drawing, formats
from core.templatetags.formats import Exact

register = template.Library()
ABSENT = "\N{EN DASH}"
HUES = 8  # of the avatars, in juara.css


class DateRange(Protocol):
    lower: date | None
    upper: date | None


def locale() -> str:
    return locale_of(get_language() or "en")


# --- figures


@register.filter
def money(minor: int | None, currency: str) -> SafeString | str:
    """An amount, to its last minor unit, its currency as a small prefix."""
    return ABSENT if minor is None else _money(minor, currency, signed=False)


@register.filter
def money_signed(minor: int | None, currency: str) -> SafeString | str:
    """An amount with its sign, for what was added or taken away."""
    return ABSENT if minor is None else _money(minor, currency, signed=True)


@register.filter
def money_text(minor: int | None, currency: str) -> str:
    """An amount as plain text, for attributes and titles."""
    return ABSENT if minor is None else formats.written_money(minor, currency, locale()).text


@register.filter
def money_short(minor: int | None, currency: str) -> SafeString | str:
    """An amount in three figures; the whole of it on hover and for screen readers."""
    if minor is None:
        return ABSENT
    full, short = money_text(minor, currency), formats.short_money(minor, currency, locale())
    if short == full:
        return format_html('<span class="money" data-minor="{}">{}</span>', minor, full)
    return format_html(
        '<span class="money" title="{}" data-minor="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        full, minor, short, full,
    )  # fmt: skip


def _money(minor: int, currency: str, *, signed: bool) -> SafeString:
    written = formats.written_money(minor, currency, locale(), signed=signed)
    part = SafeString(" data-has-part") if formats.has_part(minor, currency) else ""
    spare = format_html('<span class="money-spare">{}</span>', written.decimals) if written.spare else written.decimals
    return format_html(
        '<span class="money" data-minor="{}" data-places="{}"{}>{}<span class="money-currency">{}</span>'
        '<span class="money-figure">{}{}</span></span>',
        minor, exponent(currency), part, written.sign, written.prefix, written.whole, spare,
    )  # fmt: skip


@register.filter
def percent(share: Exact | None, places: int = 1) -> str:
    """A share of one (Fraction, Decimal or int) as per cent."""
    return ABSENT if share is None else formats.percent(share, locale(), places=places)


@register.filter
def whole_percent(share: Exact | str) -> int:
    """A share of one as a whole number of per cent, for aria-valuenow."""
    return int(drawing.bar(formats.round_to(Decimal(share) if isinstance(share, str) else share, 4)))


@register.filter
def number(value: Exact | None, places: int = 0) -> str:
    return ABSENT if value is None else formats.number(value, locale(), places=places)


@register.filter
def number_short(value: Exact | None) -> str:
    return ABSENT if value is None else formats.short_number(value, locale())


@register.filter
def day(on: date | None, style: str = "medium") -> str:
    """A date; styles: short (23 Nov), medium, long, weekday."""
    return ABSENT if on is None else formats.day(on, locale(), style=style)


@register.filter
def days(during: DateRange | None) -> str:
    """A half-open range of dates, written with its last day included."""
    if during is None:
        return ABSENT
    start, last = during.lower, during.upper and during.upper - timedelta(days=1)
    if start and last:
        return formats.days(start, last, locale())
    if start:
        return gettext("since %(day)s") % {"day": formats.day(start, locale())}
    return gettext("until %(day)s") % {"day": formats.day(last, locale())} if last else gettext("always")


@register.filter
def moment(at: datetime | None) -> str:
    """An instant in local time, to the minute."""
    return ABSENT if at is None else formats.moment(timezone.localtime(at), locale())


@register.filter
def month_name(number: int) -> str:
    return formats.month(number, locale())


@register.filter
def period(label: str) -> str:
    """A period's label as people say it: June 2017, Q2 2017; of 2017-06-05.. the time since 5 Jun 2017."""
    if label.endswith(".."):
        return gettext("the time since %(day)s") % {"day": day(date.fromisoformat(label.removesuffix("..")))}
    return formats.period(parse_period(label), locale())


@register.inclusion_tag("components/_delta.html")
def delta(change: Exact | None, *, currency: str = "", kind: str = "number", good: str = "up") -> dict[str, object]:
    """A change, with arrow, sign and colour. Kinds: money (needs currency), percent, number, rank (places gained)."""
    if change is None or change == 0:
        return {"direction": "none", "known": change is not None}
    direction = "up" if change > 0 else "down"
    return {
        "direction": direction,
        "known": True,
        "tone": "good" if direction == good else "bad",
        "text": _change_text(change, "money" if currency else kind, currency),
        "spoken": _change_spoken(change, kind),
    }


def _change_text(change: Exact, kind: str, currency: str) -> str:
    match kind:
        case "money":
            return formats.short_money(int(change), currency, locale(), signed=True)
        case "percent":
            return formats.percent(change, locale(), signed=True)
        case "rank":
            return formats.number(abs(Fraction(change)), locale())
    return formats.number(change, locale(), places=1, signed=True)


def _change_spoken(change: Exact, kind: str) -> str:
    if kind == "rank":
        places = abs(int(change))
        up = ngettext("up %(n)d place", "up %(n)d places", places)
        down = ngettext("down %(n)d place", "down %(n)d places", places)
        return (up if change > 0 else down) % {"n": places}
    return gettext("more than before") if change > 0 else gettext("less than before")


# --- drawings


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """One icon of the sprite, hidden from screen readers: its text stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        classes, static("vendor/tabler/icons.svg"), name,
    )  # fmt: skip


@register.inclusion_tag("components/_ring.html")
def ring(share: Exact | None, *, label: str = "", size: str = "md", key: str = "") -> dict[str, object]:
    """Attainment as a ring; what lies beyond 100 % is drawn in gold on a second lap. Sizes: sm, md, lg."""
    return {
        "share": share,
        "arc": drawing.arc(share or 0),
        "label": label,
        "size": size,
        "key": key,
        "text": ABSENT if share is None else formats.percent(share, locale(), places=0),
    }


@register.inclusion_tag("components/_bar.html")
def bar(
    share: Exact, *, label: str = "", key: str = "", tone: str = "", mark: Exact | None = None
) -> dict[str, object]:
    """A bar filled to a share of one, with an optional mark (where the day says you should be)."""
    return {
        "width": drawing.bar(share),
        "percent": formats.percent(share, locale(), places=0),
        "mark": None if mark is None else drawing.bar(mark),
        "label": label,
        "key": key,
        "tone": tone,
    }


MOST_LINES = 6  # that can be told apart in one drawing
MOST_STEPS = 12  # that are marked each; of more, those with a label
# Per cent of the width that a sign of a label takes: on a phone, and in the boxes that components.css calls wide.
ON_A_PHONE, WIDE = Fraction(23, 10), Fraction(13, 10)


@register.inclusion_tag("components/_curve.html")
def curve(
    points: Sequence[drawing.Point],
    *,
    you: Exact | None = None,
    x_currency: str = "",
    y_currency: str = "",
    x_kind: str = "",
    y_kind: str = "",
    label: str = "",
    size: str = "md",
    beside: Sequence[Sequence[drawing.Point]] = (),
    names: Sequence[str] = (),
) -> dict[str, object]:
    """A plan's curve with its steps, you on it and the next step marked; both axes in minor units or as a share."""
    drawn = drawing.draw_curve(points, you=you, beside=beside[: MOST_LINES - 1])
    labels = _labels([*drawn.steps, drawing.Mark(Decimal(100), Decimal(0), drawn.end, drawn.top)], x_kind, x_currency)
    steps = list(zip(drawn.steps, labels, strict=False))
    return {
        "drawn": drawn,
        "names": names[:MOST_LINES],
        "label": label,
        "size": size,
        "steps": [step for step in steps if len(steps) <= MOST_STEPS or step[1].text],
        "you": drawn.you and (drawn.you, _axis(drawn.you.value, x_kind, x_currency),
                              _axis(drawn.you.result, y_kind, y_currency)),
        "next_step": drawn.next_step and (
            _axis(drawn.next_step.value - drawn.reached, x_kind, x_currency),
            _axis(drawn.next_step.value, x_kind, x_currency)),
        "top": _axis(drawn.top, y_kind, y_currency),
        "end": labels[-1],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    text: str  # empty where it has no room
    is_wide: bool  # it has room only in a wide box


def _labels(places: Sequence[drawing.Mark], kind: str, currency: str) -> list[Labelled]:
    """Of the last step first, which pays most, then of others from the left, and of the right edge where it is free."""
    texts = [(place.x, _axis(place.value, kind, currency)) for place in places]
    order = [max(len(texts) - 2, 0), *range(len(texts))]
    narrow = drawing.apart(texts, ON_A_PHONE, order)
    wide = drawing.apart(texts, WIDE, [*narrow, *order])
    return [Labelled(text if index in wide else "", index not in narrow) for index, (_x, text) in enumerate(texts)]


def _axis(value: Exact, kind: str, currency: str) -> str:
    if currency:
        return formats.short_money(int(formats.round_to(value, 0)), currency, locale())
    return formats.percent(value, locale()) if kind == "share" else formats.short_number(value, locale())


# --- people and the shell


@register.filter
def initials(name: str) -> str:
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.filter
def hue(name: str) -> int:
    """Which of the avatars' colours a name has: always the same."""
    return crc32(str(name).encode()) % HUES


@register.inclusion_tag("components/_person.html")
def person(user: object, team: str = "", *, url: str = "", size: str = "") -> dict[str, object]:
    """A person: initials in their own colour, name, and what stands below it (the team)."""
    return {"name": str(user), "team": team, "url": url, "size": size}


@register.inclusion_tag("components/_nav_link.html", takes_context=True)
def nav_link(
    context: template.Context, view: str, symbol: str, text: str, *, also: str = "", url: str = "", count: int = 0
) -> dict[str, object]:
    """One entry of the navigation, current on `view` and on the views in `also`; nothing while the view is missing.
    `count` is how much waits there.
    """
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request else None
    return {
        "url": url or _url(view),
        "symbol": symbol,
        "text": text,
        "count": count,
        "current": bool(match and match.view_name in (view, *also.split())),
    }


def _url(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


# --- forms


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, *, hint: str = "", **attributes: str) -> dict[str, object]:
    """A form's field: label, control, hint, and its errors, tied together for screen readers."""
    kind = _control(bound.field.widget)
    return {"field": bound, "kind": kind, "hint": hint or bound.help_text, "control": _widget(bound, kind, attributes)}


def _control(widget: Widget) -> str:
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "select" if isinstance(widget, Select) else "text"


def _widget(bound: BoundField, kind: str, attributes: dict[str, str]) -> SafeString:
    style = {"check": "form-check-input", "select": "form-select", "text": "form-control", "choices": ""}[kind]
    given = bound.field.widget.attrs.get("class", "")
    classes = " ".join(filter(None, [style, given, "is-invalid" if bound.errors else ""]))
    named: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attributes.items()}
    if classes:
        named["class"] = classes
    return bound.as_widget(attrs=named)
