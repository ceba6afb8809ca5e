"""Random rules of what comes again and what is taken back."""

from typing import Any

from hypothesis import strategies as st


@st.composite
def repeats(draw: st.DrawFn) -> dict[str, str]:
    times = [("month", "term"), ("month", "3 months"), ("quarter", "term"), ("quarter", "7 months"), ("year", "term")]
    return dict(zip(("every", "for"), draw(st.sampled_from(times)), strict=True))


@st.composite
def clawbacks(draw: st.DrawFn, parts: list[dict[str, Any]]) -> dict[str, Any]:
    mode = draw(st.sampled_from(["full", "full", "prorated", "paid"]))
    found: dict[str, Any] = {"mode": mode, "within_days": draw(st.sampled_from([30, 90, 365]))}
    found["attainment"] = draw(st.sampled_from(["reverse", "reverse", "leave"]))
    at_once = [
        part
        for part in parts
        if part.get("credit", {"trigger": "none"}).get("trigger", "booked") in ("booked", "invoiced")
        and not part.get("repeats")
    ]
    owing: bool = draw(st.booleans())
    if at_once and owing:
        days = draw(st.sampled_from([20, 30, 60]))
        counted, again = draw(st.sampled_from(["closed", "invoiced"])), draw(st.sampled_from(["never", "when_paid"]))
        if days <= found.get("within_days", days):
            found["unpaid"] = {"after_days": days, "from": counted, "again": again}
    says_more = "unpaid" in found or any("repeats" in part for part in parts)
    if mode == "full" and found["attainment"] == "reverse" and says_more and draw(st.integers(0, 1)):
        del found["within_days"]
    return found
