import pytest

from payouts.engine.bank_details import BankDetails, BankDetailsError, checked, masked


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(("iban", "GB82 WEST 1234 5698 7654 32"), ("GB82WEST12345698765432", ""), id="IBAN alone"),
        pytest.param(("iban", "NL91ABNA0417164300", "abna nl 2a"), ("NL91ABNA0417164300", "ABNANL2A"), id="with BIC"),
        pytest.param(("us", "000 123-456", "021000021"), ("000123456", "021000021"), id="US, leading zeros kept"),
        pytest.param(("id", "0123456789", "014"), ("0123456789", "014"), id="Indonesia, leading zeros kept"),
    ],
)
def test_what_people_write_becomes_what_banks_write(given: tuple[str, ...], found: tuple[str, str]) -> None:
    details = checked(*given)
    assert (details.number, details.bank_code) == found


@pytest.mark.parametrize(
    ("kind", "number", "code", "field"),
    [
        pytest.param("iban", "GB82WEST12345698765433", "", "number", id="check digits"),
        pytest.param("iban", "XX82WEST12345698765432", "", "number", id="no such country"),
        pytest.param("iban", "", "", "number", id="empty"),
        pytest.param("iban", "NL91ABNA0417164300", "ABNA", "bank_code", id="short BIC"),
        pytest.param("us", "123", "021000021", "number", id="short account"),
        pytest.param("us", "12345678", "021000022", "bank_code", id="routing check digit"),
        pytest.param("us", "1234567A", "021000021", "number", id="letters"),
        pytest.param("id", "0123456789", "BCA", "bank_code", id="bank by name"),
        pytest.param("id", "12345", "014", "number", id="short"),
    ],
)
def test_what_no_bank_would_take_is_refused_by_field(kind: str, number: str, code: str, field: str) -> None:
    with pytest.raises(BankDetailsError) as refused:
        checked(kind, number, code)
    assert refused.value.field == field


@pytest.mark.parametrize("number", ["", "1", "1234", "DE89370400440532013000"])
def test_a_mask_shows_at_most_a_third(number: str) -> None:
    shown = masked(number).removeprefix("••••").strip()
    assert number.endswith(shown)
    assert len(shown) <= len(number) / 3
    assert BankDetails("iban", number).number == number
