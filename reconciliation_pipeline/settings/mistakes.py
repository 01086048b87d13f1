"""What is a mistake in settings, and how is it told?

SettingsError               a sentence for people, and what to do about it
  SettingsBroken            a file cannot be used; carries every mistake in it
  UnknownReconciliation     no file has that id
  EnvironmentBroken         a RECON_* variable holds something unusable
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

Step = str | int
Keys = tuple[Step, ...]
"""The way to a value: keys of mappings and positions in lists."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in one file, with its place and its remedy.

    Attributes:
        path: The file, as people would type it.
        line: From 1.
        column: From 1.
        key_path: The way to the key, such as `sides.crm.key`; empty when it concerns the whole file.
        text: What is wrong; never a value that could be a secret.
        remedy: What to do; empty when the text says it already.
    """

    path: Path
    line: int
    column: int
    key_path: str
    text: str
    remedy: str = ""

    @property
    def place(self) -> str:
        """Where it is, in the form editors and terminals make clickable."""
        return f"{self.path}:{self.line}:{self.column}"

    def __str__(self) -> str:
        where = f"{self.place}  {self.key_path}: " if self.key_path else f"{self.place}  "
        return where + (f"{self.text}; {self.remedy}" if self.remedy else self.text)


class SettingsError(Exception):
    """Anything wrong with settings; `text` is a sentence for people, `remedy` what to do."""

    def __init__(self, text: str, *, remedy: str = "") -> None:
        super().__init__(f"{text} {remedy}".strip())
        self.text = text
        self.remedy = remedy


class SettingsBroken(SettingsError):
    """A file cannot be used; `mistakes` holds all that is wrong with it, in the order of its lines."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class UnknownReconciliation(SettingsError):
    """No file has that id; `nearest` is the likeliest one that was meant, `known` are all there are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        self.nearest = nearest(name, known)
        meant = f"Did you mean {self.nearest}? " if self.nearest else ""
        super().__init__(f"There is no reconciliation {name}.", remedy=f"{meant}There is: {', '.join(known)}.")


class EnvironmentBroken(SettingsError):
    """A RECON_* variable holds something unusable; `variable` is its name."""

    def __init__(self, text: str, *, variable: str, remedy: str = "") -> None:
        self.variable = variable
        super().__init__(text, remedy=remedy)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Find the name that was probably meant; None when nothing is close."""
    by_lower = {name.lower(): name for name in names}
    found = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[found[0]] if found else None


def written(keys: Keys) -> str:
    """Write a way as people read it: `sides.crm.list.also[0].params`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in keys)
    return "".join(parts).removeprefix(".")
