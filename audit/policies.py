from accounts.models import User


def can_read_history(user: User) -> bool:
    """Finance and administrators: a history shows everybody's pay and everybody's part in it."""
    return user.sees_everyone
