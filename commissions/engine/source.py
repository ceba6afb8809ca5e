"""Reading the YAML of a plan."""

from typing import Any

import yaml


def read_yaml(text: str) -> Any:  # noqa: ANN401 whatever the text holds
    return yaml.safe_load(text)
