"""What the views of payouts do alike."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form

from core.http import AuthedRequest
from payouts.engine.answers import AnswerFileError
from payouts.services import PayoutRefused
from sales.selectors.messages import in_words

PER_PAGE = 50


def done(request: AuthedRequest, act: Callable[[], object], said: str) -> bool:
    """Do something that may be refused; the page says what happened."""
    try:
        act()
    except PayoutRefused as error:
        messages.warning(request, str(error))
    except AnswerFileError as error:
        messages.warning(request, in_words(error.told)[0])
    except PermissionDenied as error:
        if not str(error):
            raise
        messages.warning(request, str(error))
    else:
        messages.success(request, said)
        return True
    return False


def refuse(form: Form, error: ValidationError) -> None:
    """Show a service's refusal in the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)
