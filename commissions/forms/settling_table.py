"""The words of the plan's form: when what was earned is paid, in advance or later."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from commissions.engine.schema import Draw, OnLeaving, PayoutPart
from commissions.forms.keys import Key, has
from commissions.forms.kinds import Model

SETTLING: Mapping[Model, tuple[Key, ...]] = {
    PayoutPart: (
        Key("share", _("Share")),
        Key(
            "due", _("Due"), usual=_("–"),
            choices={
                "at_once": _("at once"),
                "invoiced": _("when the deal is invoiced"),
                "paid": _("as the customer pays"),
                "paid_in_full": _("when the customer has paid all"),
            },
        ),
        Key("after", _("Or after"), usual=_("3 months")),
        Key("on_date", _("Or on")),
    ),
    OnLeaving: (
        Key(
            "held", _("What is held back"),
            choices={
                "as_due": _("is paid when it falls due"),
                "pay": _("is paid with the last statement"),
                "forfeit": _("is not paid"),
            },
        ),
        Key(
            "owed", _("What is owed"),
            choices={
                "keep": _("stays owed"),
                "deduct": _("is taken from the last statement"),
                "forgive": _("is forgiven"),
            },
        ),
    ),
    Draw: (
        Key("amount", _("Amount")),
        Key(
            "kind", _("What is advanced"),
            choices={"recoverable": _("is owed, and recovered later"), "non_recoverable": _("is given")},
        ),
        Key(
            "pays", _("It pays"),
            choices={"top_up": _("what is missing to it"), "in_addition": _("all of it, beside what is earned")},
        ),
        Key("periods", _("For the first so many statements"), usual=_("all")),
        Key(
            "recover_at_most", _("Recovered from at most"), usual="100%", fits=has("kind", "recoverable"),
            help=_("Which share of what a later statement earns."),
        ),
        Key("most_owed", _("Owed at most"), usual=_("no limit"), fits=has("kind", "recoverable")),
        Key(
            "forgive_after", _("Forgiven so many statements after its end"), usual=_("never"),
            fits=has("kind", "recoverable"),
        ),
    ),
}  # fmt: skip
