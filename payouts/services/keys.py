"""Sealing all account numbers anew, so that an old key can be given up."""

from cryptography.fernet import Fernet
from django.db import connection, transaction
from django.db.models import Model

from payouts.models import BankAccount, BatchFile, CompanyAccount, Payout, key_of_secret, reseal, reseal_bytes
from payouts.services.locks import lock_payouts

_TEXTS: tuple[type[Model], ...] = (BankAccount, CompanyAccount, Payout)
_AT_ONCE = 1_000


def new_key() -> str:
    return Fernet.generate_key().decode()


@transaction.atomic
def reseal_all() -> int:
    """Seal everything with the first of the keys; returns how many values. All of it, or nothing when a key is missing.

    Frozen rows take another seal of the same number while the transaction says so, and nothing else.
    """
    lock_payouts()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL juara.reseals = 'on'")
    done = 0
    for model in _TEXTS:
        rows = model._default_manager.exclude(number_sealed="").only("pk", "number_sealed")  # noqa: SLF001
        for row in rows.iterator(chunk_size=_AT_ONCE):
            sealed = reseal(row.number_sealed)  # type: ignore[attr-defined]
            done += model._default_manager.filter(pk=row.pk).update(number_sealed=sealed)  # noqa: SLF001
    for file in BatchFile.objects.iterator(chunk_size=20):
        sealed_file = reseal_bytes(bytes(file.content_sealed))
        done += BatchFile.objects.filter(pk=file.pk).update(content_sealed=sealed_file)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL juara.reseals = 'off'")
    return done


def derived_key() -> str:
    """The key that seals while FIELD_ENCRYPTION_KEYS is empty: to be put last in it when the first own key comes."""
    return key_of_secret()
