"""The logins that the login page offers while the demo company is loaded."""

from django import template

from demo import selectors

register = template.Library()


@register.simple_tag
def demo_logins() -> list[selectors.Login]:
    """`{% demo_logins as logins %}`: name, roles, email and password of each; empty without the demo company."""
    return selectors.logins()
