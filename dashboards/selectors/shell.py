"""What the shell around every page shows."""

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001
    return {}
