"""What does a page carry in itself, so that it needs nothing else and runs nothing else?

Style and scripts stand in the file, libraries with their licence, and its policy names each of them by hash. Versions
and sources of the libraries stand in `vendor/README.md`.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Carried:
    """What stands in the file besides its text.

    Attributes:
        style: Everything of how it looks.
        scripts: What it runs, in this order.
    """

    style: str
    scripts: Sequence[str]

    @property
    def policy(self) -> str:
        """Forbid everything but these very bytes (https://www.w3.org/TR/CSP3/)."""
        runs = " ".join(_hashed(one) for one in self.scripts) or "'none'"
        style = _hashed(self.style)
        return f"default-src 'none'; script-src {runs}; style-src {style}; base-uri 'none'; form-action 'none'"


def carried(*, table: bool, chart: bool) -> Carried:
    """Collect what a page needs.

    Args:
        table: It has a table that can be searched.
        chart: It has a chart whose values can be read off.
    """
    libraries = [_library("dataTables", "dataTables.min.js")] if table else []
    libraries += [_library("uPlot", "uPlot.iife.min.js")] if chart else []
    own = [_read("templates/page.js")] if libraries else []
    foreign_style = _library("uPlot", "uPlot.min.css") if chart else ""
    return Carried(f"{foreign_style}\n{_read('templates/page.css')}".strip(), (*libraries, *own))


@cache
def _library(name: str, file: str) -> str:
    return f"/*!\n{_read(f'vendor/{name}.LICENSE.txt').strip()}\n*/\n{_read(f'vendor/{file}').strip()}\n"


@cache
def _read(path: str) -> str:
    return (files("reconciliation_pipeline.reporting") / path).read_text(encoding="utf-8")


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
