"""What a cap carried from earlier windows, in words."""

from django.utils.translation import gettext as _

from commissions.selectors.explanations import LineExplanation
from core.templatetags import formats
from core.templatetags.juara import locale


def carried_text(why: LineExplanation, *, is_own: bool) -> str:
    """Why a line without a deal pays what went beyond a cap before."""
    words = {
        "amount": formats.written_money(why.amount_minor, why.currency, locale()).text,
        "payee": why.payee,
        "limits": next(rule.text(why.currency) for rule in why.limits if rule.kind == "carry"),
    }
    if is_own:
        return (
            _(
                "Earlier in the year your pay went beyond %(limits)s. The rest is paid now, as far as there is room: "
                "%(amount)s."
            )
            % words
        )
    return (
        _(
            "Earlier in the year the pay of %(payee)s went beyond %(limits)s. The rest is paid now, as far as there is "
            "room: %(amount)s."
        )
        % words
    )
