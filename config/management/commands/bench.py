import json
import os
import sys
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from config.bench.close import measure_close
from config.bench.engine import measure_engine
from config.bench.payee import measure_payee
from config.bench.results import Measured
from config.bench.run import NotEmptyError, measure_run
from config.bench.whatif import measure_whatif

_OPTIONS = ("repeat", "chunks", "workers", "sample")


class Command(BaseCommand):
    help = "Measure how fast Juara is, next to what moving the same rows into PostgreSQL costs anyway."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for action, text in (
            ("engine", "Time the engine over a made-up year, and the COPY of the lines that it makes."),
            ("whatif", "Time what-if over that year: the first answer, and those after a slider moved."),
            ("payee", "Fill an empty database, and time one payee's recalculation after a change, and an estimate."),
            ("run", "Fill an empty database with that year and time a whole run of it: read, compute, write."),
            ("close", "Fill an empty database, approve that year, and time closing it; and the pages meanwhile."),
        ):
            sub = actions.add_parser(action, help=text, description=text)
            sub.add_argument("--deals", type=int, default=1_000_000, metavar="N")
            sub.add_argument("--payees", type=int, default=10_000, metavar="N")
            sub.add_argument("--components", type=int, default=3, metavar="N")
            sub.add_argument("--json", action="store_true", help="print the result as a list of objects")
            if action == "payee":
                sub.add_argument("--sample", type=int, default=200, metavar="N", help="payees to take the median of")
            elif action not in ("run", "close"):
                sub.add_argument("--repeat", type=int, default=3, metavar="N", help="runs to take the median of")
            else:
                sub.add_argument("--workers", type=int, default=os.cpu_count(), metavar="N", help="default: the cores")
                sub.add_argument("--chunks", type=int, metavar="N", help="into how many parts to cut the payees")

    def handle(self, *, action: str, deals: int, payees: int, components: int, **options: object) -> None:
        sizes = {"deals": deals, "payees": payees, "components": components}
        numbers = {name: value for name, value in options.items() if name in _OPTIONS and isinstance(value, int)}
        if min(*sizes.values(), *numbers.values()) < 1:
            raise CommandError("Every number must be at least 1.")
        if action in ("payee", "run", "close") and "POLARS_MAX_THREADS" not in os.environ:
            # as a worker has it; Polars reads it once, when it is first imported
            os.execve(sys.executable, sys.orig_argv, os.environ | {"POLARS_MAX_THREADS": "1"})  # noqa: S606
        try:
            if action == "engine":
                results = [measure_engine(**sizes, repeat=numbers["repeat"])]
            elif action == "whatif":
                results = measure_whatif(**sizes, repeat=numbers["repeat"])
            elif action == "payee":
                results = measure_payee(**sizes, sample=numbers["sample"])
            elif action == "close":
                results = [measure_close(**sizes, chunks=numbers.get("chunks"), workers=numbers["workers"])]
            else:
                results = [measure_run(**sizes, chunks=numbers.get("chunks"), workers=numbers["workers"])]
        except NotEmptyError as error:
            raise CommandError(f"{error} Run it with `python -m config.run.throwaway`.") from None
        if options["json"]:
            self.stdout.write(json.dumps([asdict(result) for result in results], indent=2))
            return
        for result in results:
            self._print(result)

    def _print(self, measured: Measured) -> None:
        self.stdout.write(f"{measured.name}: {measured.seconds:.3f} s for {measured.rows:,} lines")
        for stage, seconds in measured.stages.items():
            self.stdout.write(f"  {stage:<12}{seconds:8.3f} s")
        self.stdout.write(f"baseline: {measured.baseline_seconds:.3f} s, bare {measured.bare_seconds:.3f} s")
        self.stdout.write(f"  {measured.baseline}")
        self.stdout.write(f"ratio: {measured.ratio:.2f}    peak memory: {measured.peak_mb} MB")
