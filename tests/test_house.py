"""The house rules that a machine can check: layers, budgets, names, and what a tracked file may not say."""

import ast
import re
import statistics
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "sales", "kpis", "commissions", "leaderboards", "payouts", "ledger", "audit", "dashboards")
PACKAGES = (*APPS, "core", "config", "demo")
LONGEST_FILE = 400
MEDIAN_FUNCTION = 8
P95_FUNCTION = 40
# Written so that this file does not contain what it forbids.
REGISTRY = re.compile(r"--(?:extra-)?index-url|\b(?:files\.python" + r"hosted|py" + r"pi\.org|registry\.npm" + r"js)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|ho" + r"me|Users)/\w+")
BINARY = {".png", ".jpg", ".ico", ".woff2", ".ttf", ".xlsx", ".mo"}


def tracked() -> list[Path]:
    """What git knows or would add, so that a file is checked before its first commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted({path for name in names if (path := ROOT / name).is_file()})


def sources(*, tests: bool = False) -> list[Path]:
    wanted = (*PACKAGES, "tests") if tests else PACKAGES
    python = (path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts)
    return [path for path in python if path.relative_to(ROOT).parts[0] in wanted]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}",
                (node.end_lineno or node.lineno) - node.lineno + 1,
            )


def text_files() -> list[Path]:
    vendored = ROOT / "static" / "vendor"
    return [path for path in tracked() if path.suffix not in BINARY and vendored not in path.parents]


def said(pattern: re.Pattern[str]) -> dict[str, list[str]]:
    """Where tracked text says what it may not."""
    found = {str(path.relative_to(ROOT)): pattern.findall(path.read_text(errors="replace")) for path in text_files()}
    return {name: hits for name, hits in found.items() if hits}


@pytest.fixture(scope="module")
def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return found


def test_imports_keep_to_the_layers() -> None:
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "lint-imports", "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_no_file_is_longer_than_its_budget() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources(tests=True)}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    lengths = sorted(length for path in sources() for _, length in functions(path))
    median, p95 = statistics.median(lengths), lengths[len(lengths) * 95 // 100]
    assert (median <= MEDIAN_FUNCTION, p95 <= P95_FUNCTION) == (True, True), f"median {median}, p95 {p95}"


def test_no_module_is_called_utils_or_helpers() -> None:
    assert [str(path) for path in tracked() if path.stem in {"utils", "helpers", "util", "helper", "misc"}] == []


def test_tracked_files_name_no_package_registry() -> None:
    assert said(REGISTRY) == {}


def test_tracked_files_hold_no_path_of_one_machine() -> None:
    found = {
        str(path.relative_to(ROOT)): MACHINE_PATH.findall(path.read_text(errors="replace")) for path in text_files()
    }
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_the_layers_in_the_architecture_document_are_those_that_are_enforced(
    contracts: list[dict[str, object]],
) -> None:
    document = (ROOT / "docs" / "architecture.md").read_text()
    enforced = {str(contract["name"]): contract.get("layers") for contract in contracts}
    for name in ("Apps depend downwards only", next(name for name in enforced if name.startswith("Inside an app"))):
        layers = enforced[name]
        assert isinstance(layers, list)
        assert " > ".join(layer.strip("()").replace(") | (", " | ") for layer in layers) in document


def test_every_app_is_described_in_the_architecture_document() -> None:
    document = (ROOT / "docs" / "architecture.md").read_text()
    assert [name for name in PACKAGES if f"`{name}`" not in document] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert broken == []


def test_models_neither_override_save_nor_order_by_default() -> None:
    offenders = []
    for path in sources():
        if path.name == "models.py" or "models" in path.parts:
            names = {name for name, _ in functions(path)}
            ordered = re.search(r"^\s+ordering\s*=", path.read_text(), re.MULTILINE)
            offenders += [str(path.relative_to(ROOT))] if ordered or names & {"save", "delete"} else []
    assert offenders == []
