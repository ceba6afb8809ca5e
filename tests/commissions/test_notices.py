"""Why a credit did not count, in the reader's language."""

import pytest
from django.utils import translation

from commissions.selectors import notice_text


@pytest.mark.parametrize(
    ("language", "code", "detail", "text"),
    [
        (
            "en",
            "not_assigned",
            "2026-11-05",
            "Not counted: on 5 Nov 2026, when the deal closed, there was no plan to count it.",
        ),
        (
            "id",
            "not_assigned",
            "2026-05-05",
            "Tidak diperhitungkan: pada 5 Mei 2026, saat transaksi ditutup, belum ada skema yang berlaku.",
        ),
        (
            "en",
            "quota_missing",
            "sales 2026-Q4",
            (
                "Nothing is paid for sales in Q4 2026: it is measured against a quota, and none is set. "
                "Ask an administrator to set it."
            ),
        ),
        (
            "id",
            "quota_missing",
            "sales 2026-Q4",
            (
                "Tidak ada komisi untuk sales pada K4 2026: komponen ini diukur terhadap kuota, dan kuotanya belum "
                "ditetapkan. Mintalah administrator menetapkannya."
            ),
        ),
        (
            "id",
            "currency_differs",
            "EUR USD",
            (
                "Tidak diperhitungkan: transaksinya dalam EUR, skemanya membayar dalam USD, dan nilai transaksi belum "
                "dikonversi."
            ),
        ),
        (
            "id",
            "shares_over_whole",
            "account owner",
            "Tidak diperhitungkan: jumlah bagian untuk peran account owner melebihi 100%. Perbaiki transaksinya.",
        ),
    ],
    ids=["no-plan-en", "no-plan-id", "no-quota-en", "no-quota-id", "currency-id", "shares-id"],
)
def test_a_notice_says_what_happened_and_when(language: str, code: str, detail: str, text: str) -> None:
    with translation.override(language):
        assert notice_text(code, detail) == text
