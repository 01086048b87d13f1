"""Who may know whom, and what does every module owe its reader? Read off the syntax tree; nothing is imported."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from reconciliation_pipeline_tests.builders import REASON_CODES

PACKAGE = "reconciliation_pipeline"
ROOT = Path(__file__).parent.parent
LONGEST = 350


@dataclass(frozen=True)
class May:
    """What the modules of one folder may import, besides the standard library.

    Attributes:
        folders: Folders of the package.
        packages: Packages of others.
    """

    folders: frozenset[str]
    packages: frozenset[str] = frozenset()


def may(*folders: str, packages: Sequence[str] = ()) -> May:
    return May(frozenset(folders), frozenset(packages))


BELOW = ("domain", "settings", "compare", "connectors", "channels", "storage", "reporting", "steps")
"""Everything that works without Dagster and without a command line."""

LAYERS = {
    "domain": may("domain"),
    "settings": may("settings", "domain", packages=["pydantic", "pydantic_core", "yaml"]),
    "compare": may("compare", "domain", packages=["duckdb", "pyarrow", "pandas", "pycountry"]),
    "connectors": may("connectors", "settings", "domain", packages=["httpx"]),
    "channels": may("channels", "settings", "domain", packages=["httpx"]),
    "storage": may("storage", "domain", packages=["sqlalchemy", "alembic", "pyarrow", "duckdb"]),
    "api": may("api", "settings", "compare", "domain", packages=["pandas", "pyarrow", "duckdb", "jinja2", "pydantic"]),
    "reporting": may("reporting", "settings", "domain", packages=["jinja2", "markupsafe", "rich", "pandas"]),
    "steps": may(*BELOW, packages=["pandas", "pyarrow"]),
    "defs": may(*BELOW, "defs", packages=["dagster", "dagster_postgres", "pandas", "pydantic"]),
    "definitions": may(*BELOW, "defs", packages=["dagster"]),
    "cli": may(*BELOW, "defs", "cli", "demo", packages=["typer", "click", "rich", "pydantic", "dagster"]),
    "demo": may("demo", packages=["starlette", "uvicorn"]),
}
"""The whole plan: a folder that is not here has no place yet."""

EXCEPTIONS = {
    **{
        f"{PACKAGE}/connectors/{name}.py": frozenset({"sqlalchemy"})
        for name in ("sql", "sql_address", "sql_condition", "sql_moment", "sql_table")
    },
    f"{PACKAGE}/connectors/tables/parquet.py": frozenset({"pyarrow"}),
    f"{PACKAGE}/reporting/export_parquet.py": frozenset({"pyarrow"}),
    f"{PACKAGE}/reporting/export_xlsx.py": frozenset({"xlsxwriter"}),
    **{f"{PACKAGE}/compare/{name}.py": frozenset({"sqlglot"}) for name in ("portable", "sharing")},
    f"{PACKAGE}/compare/spark.py": frozenset({"pyspark"}),
    f"{PACKAGE}/compare/spark_session.py": frozenset({"pyspark"}),
}
"""What one module may import beyond the plan of its folder: SQLAlchemy reads databases, pyarrow reads
Parquet, and the comparison on Spark needs Spark and a translator."""

SLOW = ("dagster", f"{PACKAGE}.defs", f"{PACKAGE}.definitions", f"{PACKAGE}.cli.progress")
"""What takes more than a second to import, so commands import it only where they need it."""

PURE = frozenset(
    {
        *("collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib"),
        *("fnmatch", "itertools", "json", "math", "operator", "re", "statistics", "string", "textwrap", "types"),
        *("typing", "unicodedata"),
    }
)
"""Standard library that knows no clock, no environment, no file and no chance."""

IMPURE_CALLS = frozenset({"open", "print", "input", "breakpoint", "eval", "exec", "__import__"})
CLOCKS = frozenset({"now", "utcnow", "today"})


@dataclass(frozen=True)
class Import:
    """One name a module imports, by its full address."""

    address: str
    line: int
    is_lazy: bool

    @property
    def top(self) -> str:
        return self.address.split(".")[0]

    @property
    def folder(self) -> str | None:
        """The folder of the package it lies in; None when it lies elsewhere."""
        parts = self.address.split(".")
        return parts[1] if parts[0] == PACKAGE and len(parts) > 1 else None

    def lies_in(self, address: str) -> bool:
        return f"{self.address}.".startswith(f"{address}.")


@dataclass(frozen=True)
class Module:
    """One file, read."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def folder(self) -> str:
        """Its folder of the package; for the files beside the folders their own name."""
        return self.path.relative_to(ROOT / PACKAGE).with_suffix("").parts[0]

    @property
    def imports(self) -> Iterator[Import]:
        """Every import, wherever it stands."""
        lazy = {inner for outer in ast.walk(self.tree) if _waits(outer) for inner in ast.walk(outer)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for address in _addresses(node):
                    yield Import(address, node.lineno, is_lazy=node in lazy)


def _waits(node: ast.AST) -> bool:
    """Whether what stands inside is not run when the module is imported."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _addresses(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if node.module == PACKAGE:
        return [f"{PACKAGE}.{name.name}" for name in node.names]
    return [node.module or "."]


@cache
def modules(package: str = PACKAGE) -> tuple[Module, ...]:
    paths = sorted((ROOT / package).rglob("*.py"))
    return tuple(Module(path, text := path.read_text(encoding="utf-8"), ast.parse(text)) for path in paths)


def of(folder: str) -> list[Module]:
    return [module for module in modules() if module.folder == folder and module.path.name != "__init__.py"]


def test_every_folder_has_its_place_in_the_plan():
    assert set(LAYERS) == {module.folder for module in modules()} - {"__init__"}


@pytest.mark.parametrize("folder", LAYERS)
def test_a_folder_imports_only_what_the_plan_allows(folder):
    allowed = LAYERS[folder]
    strangers = [
        f"{module.name}:{one.line} imports {one.address}"
        for module in of(folder)
        for one in module.imports
        if (
            one.folder not in allowed.folders
            if one.top == PACKAGE
            else one.top not in allowed.packages | EXCEPTIONS.get(module.name, frozenset())
        )
        and one.top not in sys.stdlib_module_names
    ]

    assert [] == strangers


def test_every_exception_to_the_plan_is_still_needed():
    used = {module.name: {one.top for one in module.imports} for module in modules()}

    assert [] == [name for name, packages in EXCEPTIONS.items() if not packages <= used.get(name, set())]


def test_commands_import_dagster_only_where_they_need_it():
    eager = [
        f"{module.name}:{one.line} imports {one.address}"
        for module in of("cli")
        for one in module.imports
        if module.path.name != "progress.py" and not one.is_lazy and any(one.lies_in(slow) for slow in SLOW)
    ]

    assert [] == eager


def test_one_name_has_one_address():
    filled = [
        module.name
        for module in modules()
        if module.path.name == "__init__.py" and module.path.parent.name != PACKAGE and module.text
    ]

    assert [] == filled


def test_the_domain_imports_nothing_that_knows_a_clock_an_environment_or_a_file():
    impure = [
        f"{module.name}:{one.line} imports {one.address}"
        for module in of("domain")
        for one in module.imports
        if one.top not in PURE and one.top != PACKAGE
    ]

    assert [] == impure


def test_the_domain_asks_no_clock_and_opens_no_file():
    asked = [
        f"{module.name}:{node.lineno} calls {ast.unparse(node.func)}"
        for module in of("domain")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _is_impure(node.func)
    ]

    assert [] == asked


def _is_impure(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in IMPURE_CALLS
    return isinstance(called, ast.Attribute) and called.attr in CLOCKS


def test_every_module_says_what_belongs_in_it():
    silent = [module.name for module in modules() if module.text and not ast.get_docstring(module.tree)]

    assert [] == silent


def test_no_module_is_longer_than_a_reader_can_hold():
    long = [module.name for module in modules() if len(module.text.splitlines()) > LONGEST]

    assert [] == long


def test_every_reason_carries_a_code_that_scripts_were_promised():
    written = {
        (code.value, f"{module.name}:{code.lineno}")
        for module in modules()
        for code in _codes(module)
        if isinstance(code, ast.Constant)
    }

    assert written
    assert [] == [f"{place} says {code!r}" for code, place in sorted(written) if code not in REASON_CODES]


def _codes(module: Module) -> Iterator[ast.expr]:
    """Every reason code a module spells: that of a reason, and that of an error which becomes one."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
            yield from node.args[:1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "code")
        if module.path.parts[-2:] == ("connectors", "errors.py") and isinstance(node, ast.Assign):
            yield from (node.value for target in node.targets if ast.unparse(target) == "code")


HELP = """\
import sys
from reconciliation_pipeline.cli.main import main
sys.argv = ["recon", "--help"]
try:
    main()
finally:
    print(*{name.split(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def test_help_is_shown_without_waiting_for_dagster_or_pandas():
    shown = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=False, cwd=ROOT)

    assert 0 == shown.returncode, shown.stderr
    assert "not trustworthy" in shown.stdout
    assert set() == {"dagster", "pandas"} & set(shown.stderr.split())
