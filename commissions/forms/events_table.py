"""The words of the plan's form: what comes again, and what is taken back."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from commissions.engine.schema import Clawback, Repeats, Unpaid
from commissions.forms.keys import Key
from commissions.forms.kinds import Model

PERIODS = {"month": _("month"), "quarter": _("quarter"), "half": _("half-year"), "year": _("year")}

EVENTS: Mapping[Model, tuple[Key, ...]] = {
    Clawback: (
        Key(
            "within_days", _("Days from closing"), usual=_("no end"),
            help=_("A deal that is cancelled later keeps all that it earned."),
        ),
        Key(
            "mode", _("A cancellation takes back"),
            choices={
                "full": _("all that the deal earned"),
                "prorated": _("the less, the longer the deal was kept"),
                "paid": _("at most what the deal was paid"),
            },
        ),
        Key(
            "attainment", _("Towards tiers and quotas the deal"),
            choices={"reverse": _("no longer counts"), "leave": _("counts on")},
        ),
        Key(
            "unpaid", _("When the customer doesn't pay"), add=_("Take back what isn't paid for in time"),
            starts={"after_days": "60"}, help=_("As if the deal were cancelled on that day."),
        ),
    ),
    Unpaid: (
        Key("after_days", _("Days to pay in full"), usual="60"),
        Key("from", _("Counted from"), choices={"closed": _("closing"), "invoiced": _("the invoice")}),
        Key(
            "again", _("Paid after all, it"), choices={
                "never": _("stays taken back"),
                "when_paid": _("is credited again"),
            },
        ),
    ),
    Repeats: (
        Key("every", _("Again each"), choices=PERIODS),
        Key("for", _("For how long"), usual=_("12 months"), help=_("So many months, or term: the deal's own months.")),
    ),
}  # fmt: skip
