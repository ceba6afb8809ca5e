"""Who may see what of the boards."""

from accounts.models import User


def can_follow_board(user: User, board: str) -> bool:  # noqa: ARG001 - the same for every board
    """Boards are open to everybody who may sign in."""
    return user.is_active
