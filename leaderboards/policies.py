"""Who may see what of the boards."""

from django.utils import timezone

from accounts.models import User


def can_follow_board(user: User, board: str) -> bool:  # noqa: ARG001 - the same for every board
    """Boards are open to everybody who may sign in."""
    return user.is_active


def can_follow_person(user: User, person: str) -> bool:
    """What happens to somebody's numbers is heard by whoever may see them: she herself, her managers, finance."""
    if not person.isascii() or not person.isdecimal() or len(person) > 18:
        return False
    if int(person) == user.pk:
        return True
    seen: bool = User.objects.visible_to(user, timezone.localdate()).filter(pk=int(person)).exists()
    return seen
