"""Who there is, and what they may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.services.writing import adopt, log


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    external_id: str
    name: str = ""
    email: str | None = None
    roles: tuple[str, ...] = ()


@transaction.atomic
def save_people(
    *, people: Sequence[PersonRecord], fields: Sequence[str], acting_user: User | None, now: datetime
) -> dict[str, int]:
    """Create or change people by external id, changing of those that exist only `fields`; return all their ids."""
    rows = [_unsaved_user(record, now) for record in people]
    User.objects.bulk_create(
        rows,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["external_id"],
        update_fields=["external_id", *fields],
    )
    _keep_an_admin()
    log("people saved", len(people), acting_user, now)
    found = User.objects.filter(external_id__in=[record.external_id for record in people])
    return dict(found.values_list("external_id", "pk"))


def _unsaved_user(record: PersonRecord, now: datetime) -> User:
    email = record.email.lower() if record.email else None
    user = User(external_id=record.external_id, name=record.name, email=email, roles=list(record.roles), created_at=now)
    user.set_unusable_password()
    return user


def adopt_people(*, external_ids: Mapping[str, str]) -> None:
    """Give people who have none yet their external ids, by e-mail address; who has one keeps it."""
    adopt(
        "UPDATE accounts_user row SET external_id = wanted.id FROM unnest(%s::text[], %s::text[]) AS wanted(key, id) "
        "WHERE row.external_id IS NULL AND lower(row.email) = lower(wanted.key)",
        external_ids,
    )


@transaction.atomic
def save_person(
    *,
    person: User | None,
    name: str,
    email: str | None,
    roles: Sequence[str],
    external_id: str | None = None,
    language: str = "en",
    is_active: bool = True,
    acting_user: User | None,
    now: datetime,
) -> User:
    """Create a person, or change one. Raises ValidationError by field. A new one has no password yet."""
    row = User.objects.select_for_update().get(pk=person.pk) if person else User(created_at=now)
    if person is None:
        row.set_unusable_password()
    row.name, row.external_id, row.language = name, external_id or None, language
    row.email, row.roles, row.is_active = (email.lower() if email else None), sorted(roles), is_active
    _refuse_locking_oneself_out(row, acting_user)
    _refuse_taken_address(row)
    row.full_clean(exclude=["password"])
    row.save()
    _keep_an_admin()
    log("person saved", row.pk, acting_user, now)
    return row


def save_profile(*, user: User, name: str, language: str) -> None:
    """Change what a person may change about herself."""
    User.objects.filter(pk=user.pk).update(name=name, language=language)


def choose_language(*, user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def _refuse_locking_oneself_out(row: User, acting_user: User | None) -> None:
    if acting_user and row.pk == acting_user.pk and acting_user.has_role(Role.ADMIN):
        if not row.is_active:
            raise ValidationError({"is_active": _("You can't deactivate yourself. Ask another administrator.")})
        if Role.ADMIN not in row.roles:
            raise ValidationError({"roles": _("You can't take your own admin role. Ask another administrator.")})


def _refuse_taken_address(row: User) -> None:
    """By field, as for the external id: the constraint on the lower case would name only itself."""
    if row.email and User.objects.filter(email__iexact=row.email).exclude(pk=row.pk).exists():
        raise ValidationError({"email": row.unique_error_message(User, ("email",))})


def _keep_an_admin() -> None:
    """An import or a form may not leave the company without anybody who can sign in and administer it."""
    admins = User.objects.filter(roles__contains=[Role.ADMIN])
    if admins.exists() and not admins.filter(is_active=True).exists():
        raise ValidationError(_("This would leave no active administrator. Make somebody else an admin first."))
