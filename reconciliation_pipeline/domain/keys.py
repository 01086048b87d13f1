"""What is a key made of, and will it last?

A key may stand in several places of a record. Its parts are written into one text from which each of them can be read
again, so that two records share it only when they share every part.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

_BETWEEN: Final = "|"
_PART: Final = re.compile(r"((?:[^\\|]|\\.|\\$)*)(\||$)", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_POSITION: Final = re.compile(r"(\[\d+\])+$")


def joined(parts: Sequence[str]) -> str:
    r"""Write the parts of a key as one text: `|` between them, and a backslash before any `|` or `\` inside one."""
    return _BETWEEN.join(part.replace("\\", "\\\\").replace(_BETWEEN, f"\\{_BETWEEN}") for part in parts)


def parted(key: str) -> tuple[str, ...]:
    """Read the parts of a key that `joined` wrote."""
    parts, at = [], 0
    while found := _PART.match(key, at):
        parts.append(_ESCAPED.sub(r"\1", found[1]))
        at = found.end()
        if not found[2]:
            break
    return tuple(parts)


def addresses(keys: Collection[str]) -> int:
    """Count the keys that look like e-mail addresses: those with an `@`."""
    return sum("@" in key for key in keys)


def looks_unstable(keys: Collection[str], paths: Collection[str] = ()) -> bool:
    """Tell whether keys are e-mail addresses, which people change.

    Args:
        keys: Some of a side's keys; more than half of them must look like addresses.
        paths: Where its keys stand; one that ends in `mail` is enough.
    """
    return any(_POSITION.sub("", path).lower().endswith("mail") for path in paths) or 2 * addresses(keys) > len(keys)


def unstable(keys: Collection[str], paths: Collection[str] = ()) -> str | None:
    """Say in one sentence what is the trouble with keys that are e-mail addresses; None where they are none.

    Args:
        keys: Some of a side's keys.
        paths: Where its keys stand.
    """
    if not looks_unstable(keys, paths):
        return None
    found = f"{addresses(keys):,} of {len(keys):,} keys look like e-mail addresses"
    if 2 * addresses(keys) <= len(keys):
        found = f"the key stands at {' and '.join(f'`{path}`' for path in paths)}, as an e-mail address"
    return f"{found}: a customer who changes the address becomes two differences."


REMEDY: Final = "Use a number that the customer keeps as `key`, such as the customer number."
"""What to do about keys that are e-mail addresses."""
