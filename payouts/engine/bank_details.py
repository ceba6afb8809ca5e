"""Bank details: what makes an account number valid in each scheme, and how it is shown without giving it away."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from stdnum import bic, iban
from stdnum.exceptions import ValidationError
from stdnum.us import rtn

from sales.engine.problems import Told, told

_US_ACCOUNT: Final = re.compile(r"[0-9]{4,17}")
_ID_BANK: Final = re.compile(r"[0-9]{3}")
_ID_ACCOUNT: Final = re.compile(r"[0-9]{6,18}")
# The clearing codes of Bank Indonesia, of the banks whose customers are most.
INDONESIAN_BANKS: Final[Mapping[str, str]] = {
    "002": "BRI",
    "008": "Mandiri",
    "009": "BNI",
    "011": "Danamon",
    "013": "Permata",
    "014": "BCA",
    "016": "Maybank Indonesia",
    "019": "Panin",
    "022": "CIMB Niaga",
    "023": "UOB Indonesia",
    "028": "OCBC Indonesia",
    "110": "BJB",
    "111": "DKI",
    "114": "Jatim",
    "147": "Muamalat",
    "153": "Sinarmas",
    "200": "BTN",
    "213": "SMBC Indonesia",
    "426": "Mega",
    "441": "KB Bank",
    "451": "BSI",
    "490": "Neo Commerce",
    "535": "SeaBank",
    "542": "Jago",
}


class BankDetailsError(ValueError):
    """A detail that no bank would take: which one, why, and what to write. `told` is for pages, in their language."""

    def __init__(self, field: str, said: Told) -> None:
        super().__init__(str(said))
        self.field = field
        self.told = said


@dataclass(frozen=True, slots=True)
class BankDetails:
    """An account as banks write it, without spaces."""

    kind: str  # iban, us, id
    number: str
    bank_code: str = ""  # BIC (may be empty), routing number, or Indonesian clearing code


def checked(kind: str, number: str, bank_code: str = "") -> BankDetails:
    """The details without the spaces and hyphens that people write. Raises BankDetailsError.

    >>> checked("iban", "de89 3704 0044 0532 0130 00", "cobadeff")
    BankDetails(kind='iban', number='DE89370400440532013000', bank_code='COBADEFF')
    >>> checked("us", "12345678", "111000025").bank_code
    '111000025'
    >>> checked("iban", "DE88 3704 0044 0532 0130 00")
    Traceback (most recent call last):
    ...
    payouts.engine.bank_details.BankDetailsError: This IBAN's check digits don't fit. Compare it with the bank's letter.
    """
    found = BankDetails(kind, _plain(number), _plain(bank_code))
    _CHECKS[kind](found)
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s.-]", "", text).upper()


def _check_iban(details: BankDetails) -> None:
    if not _accepts(iban.validate, details.number):
        said = told("This IBAN's check digits don't fit. Compare it with the bank's letter.")
        raise BankDetailsError("number", said)
    if details.bank_code and not _accepts(bic.validate, details.bank_code):
        said = told("A BIC has 8 or 11 characters, such as COBADEFF. Correct it, or leave it empty.")
        raise BankDetailsError("bank_code", said)


def _check_us(details: BankDetails) -> None:
    if not _accepts(rtn.validate, details.bank_code):
        said = told("This routing number's check digit doesn't fit. It has nine digits and stands on the cheque.")
        raise BankDetailsError("bank_code", said)
    if not _US_ACCOUNT.fullmatch(details.number):
        raise BankDetailsError("number", told("An account number in the US has 4 to 17 digits."))


def _check_id(details: BankDetails) -> None:
    if not _ID_BANK.fullmatch(details.bank_code):
        raise BankDetailsError("bank_code", told("A bank's clearing code has three digits, such as 014 for BCA."))
    if not _ID_ACCOUNT.fullmatch(details.number):
        raise BankDetailsError("number", told("An account number in Indonesia has 6 to 18 digits."))


def _accepts(validate: Callable[[str], str], number: str) -> bool:
    try:
        validate(number)
    except ValidationError:
        return False
    return True


_CHECKS: Final[Mapping[str, Callable[[BankDetails], None]]] = {
    "iban": _check_iban,
    "us": _check_us,
    "id": _check_id,
}


def masked(number: str) -> str:
    """The last four characters, and of a short number fewer: never more than a third.

    >>> masked("DE89370400440532013000"), masked("123456")
    ('•••• 3000', '•••• 56')
    """
    shown = min(4, len(number) // 3)
    return f"•••• {number[-shown:]}" if shown else "••••"
