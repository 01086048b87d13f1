"""Why can this file not be read at all, in one sentence?

The YAML parser's own words may repeat pieces of the file, so only known ones are translated and the
rest is left out.
"""

import re
from pathlib import Path

import yaml

from reconciliation_pipeline.settings.mistakes import Mistake

# (what the parser says, what it means, what to do); the first that matches is used.
_WORDS = (
    (r"character '\\t'", "a tab cannot indent YAML", "use spaces"),
    (r"mapping values are not allowed", "a `:` stands where no key can begin", "check the indentation, or quote it"),
    (r"could not find expected ':'", "a key without `:`, or a quote that is not closed", "check this line and above"),
    (r"found unexpected end of stream", "a quote is not closed", "close it"),
    (r"expected ',' or '[\]}]'", "a bracket or brace is not closed, or a comma is missing", "close it"),
    (r"expected the node content", "a value is missing between brackets, or begins with a reserved sign", "quote it"),
    (
        r"expected <block end>",
        "this line does not continue what stands above",
        "check its indentation and quotes above it",
    ),
    (r"undefined alias|anchor|alias", "a value that begins with * or & is an alias in YAML", "quote it"),
    (r"cannot start any token", "a value cannot begin with this character", "quote it"),
    (r"tag", "a value that begins with ! is a tag in YAML", "quote it"),
    (r"single document", "the file holds more than one document", "write one file for each reconciliation"),
    (r"escape", "a backslash inside double quotes begins an escape", "use single quotes"),
    (r"merging", "`<<` can only take in a mapping", "write the keys out"),
    (r"directive|version", "a line that begins with % is a directive", "remove it"),
)


def broken_bytes(content: bytes, error: UnicodeDecodeError, path: Path) -> Mistake:
    """Say where a file stops being UTF-8."""
    before = content[: error.start]
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2]) + 1
    return Mistake(path, line, column, "", "the file is not UTF-8 text", "save it with the encoding UTF-8")


def broken_yaml(error: yaml.YAMLError, text: str, path: Path) -> Mistake:
    """Say what the parser stumbled over, and where."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        return Mistake(path, line, column, "", "a control character that YAML does not allow", "remove it")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or ''}"
    meaning, remedy = next(
        ((meaning, remedy) for pattern, meaning, remedy in _WORDS if re.search(pattern, said)),
        ("this cannot be read as YAML", "check the indentation, colons and quotes around this line"),
    )
    return Mistake(path, line, column, "", meaning, remedy)
