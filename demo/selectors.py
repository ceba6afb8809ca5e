"""Whether the demo company is here, and who may sign in to it."""

from dataclasses import dataclass

from accounts.models import User
from demo.engine.people import LOGINS, PASSWORD
from demo.engine.records import email_of


@dataclass(frozen=True, slots=True)
class Login:
    name: str
    roles: tuple[str, ...]
    email: str
    password: str


def logins() -> list[Login]:
    """One login a role; none where the database holds a company of its own."""
    people = {
        user.email: user for user in User.objects.filter(email__in=map(email_of, LOGINS.values()), is_active=True)
    }
    found = (people.get(email_of(key)) for key in LOGINS.values())
    return [Login(user.name, tuple(user.roles), user.email or "", PASSWORD) for user in found if user]
