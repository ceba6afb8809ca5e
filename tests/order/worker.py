"""A process of its own that takes steps from one on and says each that is done: to be killed in between.

python -m tests.order.worker FIRST STEPS.json
"""

import json
import sys
from importlib import import_module
from pathlib import Path


def main(first: int, steps: list[tuple[str, list[int]]]) -> None:
    import_module("django").setup()
    refused_or_taken = import_module("tests.order.steps").refused_or_taken
    say("ready")
    for number, (name, arguments) in list(enumerate(steps))[first:]:
        refused_or_taken(f"step-{number}", (name, tuple(arguments)))
        say(str(number))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
