"""Does every block of the page about `reconcile` print what stands below it?"""

import ast
import contextlib
import io
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reconciliation_pipeline_tests.docs import pages

PAGE = "docs/reconcile.md"
_BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```$(?:\n+```text\n(?P<shown>.*?)^```$)?", re.MULTILINE | re.DOTALL)


def blocks(text: str) -> Iterator[tuple[str, str | None]]:
    """Give every block of Python, and what is said to come of it."""
    for found in _BLOCK.finditer(text):
        yield found["code"], found["shown"]


def printed(code: str, names: dict[str, Any]) -> str:
    """Run a block as a notebook does: what it prints, and the value of its last line."""
    tree = ast.parse(code)
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        tree.body.pop()
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pd.option_context("display.width", 120, "display.max_columns", 20):
        exec(compile(tree, PAGE, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), PAGE, "eval"), names)
            if value is not None:
                print(repr(value))  # noqa: T201 - into `out`
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def test_every_block_prints_what_stands_below_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    for code, shown in blocks(pages.text_of(PAGE)):
        assert (shown or "") == printed(code, names), code


def test_the_example_of_the_readme_prints_what_stands_below_it():
    (example,) = [block for block in blocks(pages.text_of("README.md")) if "reconcile" in block[0]]

    assert example[1] == printed(example[0], {})


def test_a_block_that_prints_something_else_is_noticed():
    ((code, shown),) = blocks("```python\n1 + 1\n```\n\n```text\n3\n```\n")

    assert ("2\n", "3\n") == (printed(code, {}), shown)
