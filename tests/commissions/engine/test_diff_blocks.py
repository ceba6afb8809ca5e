"""What changed in pay for started blocks, there and back, in words."""

from typing import Any

import pytest

from tests.commissions.engine.test_diff_keys import FLAT, ROW, TIERS, UNITS, plan, texts


@pytest.mark.parametrize(
    ("old", "new", "there", "back"),
    [
        (
            FLAT,
            UNITS | {"pay_per_unit": None, "pay_per_block": 5, "block": 1000},
            [
                "It now counts how many units were sold.",
                "The one rate of 5% no longer holds.",
                "Everything now earns USD 5 per started block of 1,000 units.",
            ],
            [
                "It now counts money.",
                "Everything now earns one rate: 5%.",
                "It no longer earns USD 5 per started block of 1,000 units.",
            ],
        ),
        (
            {"key": "a", "name": "A", "pay_per_block": 5, "block": 1000},
            {"key": "a", "name": "A", "pay_per_block": 5, "block": 500},
            ["It earns USD 5 per started block of USD 500, not USD 5 per started block of USD 1,000."],
            ["It earns USD 5 per started block of USD 1,000, not USD 5 per started block of USD 500."],
        ),
        (
            TIERS | {"curve": [ROW]},
            TIERS | {"curve": [ROW, {"from": 1000, "pay_per_block": 2, "block": 10}]},
            ["A tier from USD 1,000 is new; there it pays USD 2 per started block of USD 10."],
            ["The tier from USD 1,000 is gone; there it paid USD 2 per started block of USD 10."],
        ),
        (
            TIERS | {"curve": [ROW, {"from": 1000, "pay_per_block": 2, "block": 10}]},
            TIERS | {"curve": [ROW, {"from": 1000, "pay_per_block": 3, "block": 20}]},
            [
                (
                    "The pay from USD 1,000 falls: it is USD 3 per started block of USD 20, not USD 2 per started "
                    "block of USD 10."
                )
            ],
            [
                (
                    "The pay from USD 1,000 rises: it is USD 2 per started block of USD 10, not USD 3 per started "
                    "block of USD 20."
                )
            ],
        ),
    ],
)
def test_blocks_are_told_there_and_back(
    old: dict[str, Any], new: dict[str, Any], there: list[str], back: list[str]
) -> None:
    assert (texts(plan(old), plan(new)), texts(plan(new), plan(old))) == (there, back)
