"""Changes in the words of people: names for ids, money, days and shares as pages write them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.contrib.postgres.fields import DateRangeField
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
)
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Change, User
from accounts.selectors import FieldChange, created_with
from accounts.selectors.history import field_changes, pk_of
from audit.selectors.words import field_name, field_of, kind_name
from core import history
from core.templatetags import juara

_ONE = 1_000_000
_LONGEST = 160
_FEW = 4
# The page of a row, and whose key it takes.
_PAGES: Final = {
    "accounts.user": ("accounts:person", "pk"),
    "accounts.team": ("accounts:team", "pk"),
    "accounts.membership": ("accounts:person", "user_id"),
    "accounts.reportingline": ("accounts:person", "user_id"),
    "accounts.leave": ("accounts:person", "user_id"),
    "sales.deal": ("sales:deal", "pk"),
    "sales.dealshare": ("sales:deal", "deal_id"),
    "sales.dealline": ("sales:deal", "deal_id"),
    "sales.payment": ("sales:deal", "deal_id"),
    "commissions.planversion": ("commissions:plan", "pk"),
    "commissions.period": ("commissions:period", "label"),
    "commissions.dispute": ("commissions:dispute", "pk"),
    "commissions.adjustment": ("commissions:adjustment", "pk"),
    "payouts.batch": ("payouts:batch", "pk"),
}
# Of rows that have no name: what they are about.
_ABOUT: Final = ("payee", "user", "manager", "from_user", "to_user", "team", "deal", "plan", "plan_version", "period")


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one field."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    change: Change
    kind: str  # what kind of row it is
    name: str
    url: str
    who: str  # empty: nobody who was signed in
    fields: Sequence[Said]

    @property
    def what(self) -> str:
        return str(Change.Kind(self.change.kind).label)

    @property
    def is_long(self) -> bool:
        """Whether the whole of a row is told, which a page folds."""
        return self.change.kind != Change.Kind.CHANGED and len(self.fields) > _FEW


def said(changes: Sequence[Change]) -> list[Row]:
    """Rows for a page: a number of queries that goes by the kinds of rows on it, not by how many they are."""
    models, objects = history.tracked_models(), {}
    by_model: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_model[change.model].append(change)
    values: dict[int, list[FieldChange]] = {}
    for label, rows in by_model.items():
        if model := models.get(label):
            objects[label] = _objects(model, {pk_of(model, row) for row in rows})
            values |= {row.pk: list(field_changes(model, row)) for row in rows}
            values |= _made(model, rows)
    names = _names(models, by_model, values)
    people = dict(User.objects.filter(pk__in={row.user_id for row in changes}).values_list("pk", "name"))
    return [_row(row, models.get(row.model), objects, values.get(row.pk, []), names, people) for row in changes]


def _objects(model: type[Model], pks: set[Any]) -> dict[str, Model]:
    found = model._default_manager.select_related().filter(pk__in=pks)  # noqa: SLF001 - Django's own name
    return {str(row.pk): row for row in found}


def _made(model: type[Model], rows: Iterable[Change]) -> dict[int, list[FieldChange]]:
    """Of created rows: the values that they were created with."""
    created = [row for row in rows if row.kind == Change.Kind.CREATED]
    values = created_with(model, {pk_of(model, row) for row in created}) if created else {}
    return {
        row.pk: [
            FieldChange(row.pk, row.at, row.kind, row.object_id, column, None, value, row.user_id, row.source)
            for column, value in values.get(pk_of(model, row), {}).items()
            if value not in (None, "", [], {})
        ]
        for row in created
    }


Names = dict[type[Model], dict[str, str]]


def _names(
    models: dict[str, type[Model]], by_model: dict[str, list[Change]], values: dict[int, list[FieldChange]]
) -> Names:
    """Of every row that a value refers to: one query for each kind of them."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for label, rows in by_model.items():
        for row in rows:
            for each in values.get(row.pk, []):
                field = field_of(models.get(label), each.field)
                if isinstance(field, ForeignKey):
                    wanted[field.related_model] |= {value for value in (each.before, each.after) if value is not None}
    return {model: {pk: _name(row) for pk, row in _objects(model, pks).items()} for model, pks in wanted.items()}


def _name(row: Model) -> str:
    if _has_name(row):
        return str(row)
    about = (row.__dict__["_state"].fields_cache.get(name) for name in _ABOUT)
    return " · ".join(str(each) for each in about if each is not None and _has_name(each))


def _has_name(row: Model) -> bool:
    """Whether its class says what a row of it is called: Django's own words are none."""
    return next(each for each in type(row).__mro__ if "__str__" in vars(each)) is not Model


def _row(
    change: Change,
    model: type[Model] | None,
    objects: dict[str, dict[str, Model]],
    values: Sequence[FieldChange],
    names: Names,
    people: dict[int, str],
) -> Row:
    row = objects.get(change.model, {}).get(change.object_id)
    name = (_name(row) if row else _name_of_gone(change)) or f"#{change.object_id}"
    currency = _currency(row, change)
    fields = [_said(model, each, names, currency) for each in values if each.field and not _is_key(model, each)]
    who = people.get(change.user_id or 0, "")
    return Row(change, kind_name(change.model), name, _url(change.model, row), who, fields)


def _is_key(model: type[Model] | None, each: FieldChange) -> bool:
    field = field_of(model, each.field)
    return field is not None and field.primary_key


def _name_of_gone(change: Change) -> str:
    kept = change.changes if change.kind == Change.Kind.DELETED and change.changes else {}
    return str(kept.get("name") or kept.get("external_id") or "")


def _url(label: str, row: Model | None) -> str:
    view, attribute = _PAGES.get(label, ("", ""))
    if row is None or not view:
        return ""
    try:
        return reverse(view, args=[getattr(row, attribute)])
    except NoReverseMatch:
        return ""


def _currency(row: Model | None, change: Change) -> str:
    """Of the row's own amounts: its own, or its deal's."""
    for holder in (row, row.__dict__["_state"].fields_cache.get("deal") if row else None):
        if isinstance(currency := getattr(holder, "currency", None), str) and currency:
            return currency
    kept = change.changes if change.kind == Change.Kind.DELETED and change.changes else {}
    return str(kept.get("currency") or "")


def _said(model: type[Model] | None, each: FieldChange, names: Names, currency: str) -> Said:
    field = field_of(model, each.field)
    if field is None:
        return Said(each.field, _plain(each.before), _plain(each.after))
    before, after = (_text(field, value, names, currency) for value in (each.before, each.after))
    return Said(field_name(field), before, after)


def _text(field: "Field[Any, Any]", value: Any, names: Names, currency: str) -> str:  # noqa: ANN401
    """A value as pages write it."""
    if value is None or value == "":
        return ""
    if value == "***":
        return _("hidden")
    if isinstance(field, ForeignKey):
        return names.get(field.related_model, {}).get(str(value), "") or f"#{value}"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, IntegerField):
        return _number(field.name, value, currency)
    if isinstance(field, DateTimeField):
        at: datetime | None = parse_datetime(str(value))
        return juara.moment(at) if at else _plain(value)
    if isinstance(field, DateField):
        on: date | None = parse_date(str(value))
        return juara.day(on) if on else _plain(value)
    if isinstance(field, JSONField):
        return _document(value)
    return _range(value) if isinstance(field, DateRangeField) else _listed(field, value)


def _number(name: str, value: int, currency: str) -> str:
    if name.endswith("_minor") and currency:
        return juara.money_text(value, currency)
    if name.endswith("_ppm"):
        return juara.percent(Fraction(value, _ONE), 4 if value % 1_000 else 1)
    return juara.number(Decimal(value))


def _range(value: object) -> str:
    """`[2026-01-01,2026-02-01)` as days from the first to the last."""
    first, _comma, end = str(value).strip("[()]").partition(",")
    start, stop = parse_date(first) if first else None, parse_date(end) if end else None
    if start is None and stop is None:
        return _plain(value)
    return juara.days(_Days(start, stop))


@dataclass(slots=True)
class _Days:
    lower: date | None
    upper: date | None


def _listed(field: "Field[Any, Any]", value: object) -> str:
    if not isinstance(value, list):
        return _plain(value)
    labels = dict(getattr(getattr(field, "base_field", None), "flatchoices", None) or ())
    return ", ".join(str(labels.get(each, each)) for each in value)


def _document(value: object) -> str:
    """A short list of plain values by their names; else that it is a document, which its own page shows."""
    if isinstance(value, dict) and not any(isinstance(each, (dict, list)) for each in value.values()):
        return _plain(", ".join(f"{name}: {each}" for name, each in value.items()))
    return _("a document of %(n)s characters") % {"n": juara.number(len(json.dumps(value)))} if value else ""


def _plain(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
