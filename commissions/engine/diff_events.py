"""What says that a plan changed what it takes back, and what it credits again: see `diff_keys`."""

from typing import Any

from commissions.engine.diff_entries import Choice, Part, Shown
from commissions.engine.words import Figure, told


def days_words(value: int, _currency: str) -> Figure:
    """So many days."""
    return told("one day") if value == 1 else told("%(number)s days", number=value)


def _unpaid(value: dict[str, Any], _currency: str) -> Figure:
    from_invoice = value.get("from") == "invoiced"
    again = value.get("again") == "when_paid"
    texts = {
        (False, False): told("%(days)s days after closing", days=value["after_days"]),
        (True, False): told("%(days)s days after the invoice", days=value["after_days"]),
        (False, True): told("%(days)s days after closing, until it is paid", days=value["after_days"]),
        (True, True): told("%(days)s days after the invoice, until it is paid", days=value["after_days"]),
    }
    return texts[from_invoice, again]


_EVERY = {
    "month": told("each month"), "quarter": told("each quarter of a year"), "half": told("each half-year"),
    "year": told("each year"),
}  # fmt: skip


def _repeats(value: dict[str, Any], _currency: str) -> Figure:
    every = _EVERY[value["every"]]
    if value["for"] == "term":
        return told("%(every)s for the deal's term", every=every)
    return told("%(every)s for %(months)s months", every=every, months=value["for"].split()[0])


CLAWBACK = Part(
    {
        "within_days": Shown(
            days_words,
            comes=told("A deal that is cancelled takes back pay only within %(new)s of closing now, later nothing."),
            goes=told("A deal that is cancelled now takes back pay however long after closing that is."),
            changed=told("A deal that is cancelled takes back pay within %(new)s of closing, not within %(old)s."),
        ),
        "mode": Choice(
            {
                "full": told("A deal that is cancelled in that time now takes back all that it earned."),
                "prorated": told(
                    "The longer a deal was kept before it is cancelled, the less of its pay is now taken back."
                ),
                "paid": told("A deal that is cancelled now takes back no more than it had been paid."),
            },
            absent="full",
        ),
        "attainment": Choice(
            {
                "reverse": told("A deal that is taken back no longer counts towards tiers and quotas."),
                "leave": told("A deal that is taken back now counts on towards tiers and quotas."),
            },
            absent="reverse",
        ),
        "unpaid": Shown(
            _unpaid,
            comes=told("A deal that isn't paid in full is now taken back %(new)s."),
            changed=told("A deal that isn't paid in full is taken back %(new)s, not %(old)s."),
            goes=told("A deal that isn't paid for is no longer taken back; it was %(old)s."),
        ),
    },
    goes=told("A deal that is cancelled now takes back all that it earned, whenever that happens."),
)
REPEATS = Shown(
    _repeats,
    comes=told("A deal now counts again and again: %(new)s."),
    changed=told("A deal counts again and again %(new)s, not %(old)s."),
    goes=told("A deal now counts once; it was %(old)s."),
)
