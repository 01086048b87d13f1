"""Which functions of the product write anything at all? Read off the syntax tree, so that none is forgotten.

A night passes only where it passes. A function that writes has to be one that some scene of `scenes.py` was killed in,
or be named here with the reason why it need not be.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2] / "reconciliation_pipeline"
CALLS: Final = frozenset(
    {
        *("fsync", "replace", "rename", "link", "symlink_to", "hardlink_to", "unlink", "rmdir", "rmtree", "removedirs"),
        *("touch", "write_text", "write_bytes", "pwrite", "truncate", "copyfile", "copytree", "move", "writing"),
        *("written_once", "written_whole", "SnapshotWriter", "execute_write"),
    }
)
"""What writes, removes or renames, as far as its name says so. A `replace` of a path has one argument."""

_DEMO: Final = "the demo world, which nobody relies on"
_PLUMBING: Final = "through it others write"
_SCRATCH: Final = "scratch files, which nobody reads after the process that made them"
ELSEWHERE: Final = {
    "api.result": "a page of a caller's own, where the caller wants it",
    "compare.digests": _SCRATCH,
    "compare.scratch": _SCRATCH,
    "connectors.pace": "one write of a fixed length that nobody relies on; its points are named after whoever asks",
    "compare.portable": "parts of a statement are replaced, no file",
    "compare.sharing": "parts of a statement are replaced, no file",
    "demo.server": _DEMO,
    "demo.state": _DEMO,
    "settings.schema": "a file of the project, written by whoever develops it",
    "steps.examine": _SCRATCH,
    "steps.plant": _SCRATCH,
    "steps.recheck": _SCRATCH,
    "storage.archive.writer": "makes a writer; the pull that uses it is killed",
    "storage.attempts.withdraw": "one transaction, when a comparison is wrong in itself; no night brings that about",
    "storage.database": _PLUMBING,
    "storage.files": _PLUMBING,
    "storage.leases.renew": "one transaction every twenty seconds; a lease that is not renewed ends by itself",
    "storage.writer": _PLUMBING,
}
"""Modules and functions that write and are killed in no scene, each with the reason."""


def writers() -> dict[str, list[str]]:
    """Name every function that writes, by module, with what it calls."""
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for name, call in _calls(ast.parse(path.read_text("utf-8")), ""):
            found.setdefault(module, []).append(f"{name}: {call}")
    return found


def _calls(node: ast.AST, inside: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        name = child.name if is_function else inside  # type: ignore[attr-defined]
        if isinstance(child, ast.Call) and (called := _name(child)) in CALLS and not _is_of_text(child, called):
            yield inside, called
        yield from _calls(child, name)


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_of_text(call: ast.Call, called: str) -> bool:
    """Whether it is the `replace` of a text, a moment or a dataclass, or the `rename` of a table's columns."""
    if called not in {"replace", "rename"}:
        return False
    return isinstance(call.func, ast.Name) or len(call.args) != 1 or bool(call.keywords)
