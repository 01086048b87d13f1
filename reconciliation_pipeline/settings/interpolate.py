"""What do `${X}` and `${X:-default}` stand for?

Filled in after parsing, value by value, so that nothing from the environment can change the shape of
a file. `$$` is a dollar. What was filled in never appears in a message: only the file's own text does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciliation_pipeline.settings.mistakes import Keys, Mistake
from reconciliation_pipeline.settings.places import Document

_REFERENCE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{")


def fill(document: Document, environ: Mapping[str, str]) -> tuple[dict[str, object], list[Mistake]]:
    """Fill in every reference of a file; what cannot be filled in stays as it is, and is a mistake."""
    filler = _Filler(document, environ)
    return {key: filler.value(value, (key,)) for key, value in document.data.items()}, filler.mistakes


@dataclass
class _Filler:
    document: Document
    environ: Mapping[str, str]
    mistakes: list[Mistake] = field(default_factory=list)

    def value(self, value: object, keys: Keys) -> object:
        if isinstance(value, dict):
            return {key: self.value(inner, (*keys, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner, (*keys, index)) for index, inner in enumerate(value)]
        return self._text(value, keys) if isinstance(value, str) and "$" in value else value

    def _text(self, text: str, keys: Keys) -> str:
        if "${" in text and (refused := _refused(keys)):
            self.mistakes.append(self.document.mistake(keys, *refused))
            return text
        return _REFERENCE.sub(lambda found: self._reference(found, keys), text)

    def _reference(self, found: re.Match[str], keys: Keys) -> str:
        name, default = found.groups()
        if found[0] == "$$":
            return "$"
        if name is None:
            problem = "`${` begins a reference that is not finished"
            self.mistakes.append(
                self.document.mistake(keys, problem, "write ${NAME} or ${NAME:-default}, or $${ for text")
            )
            return found[0]
        # As in a shell: a variable that is set to nothing counts as not set.
        if value := self.environ.get(name):
            return value
        if default is None:
            problem = f"the environment variable {name} is not set"
            self.mistakes.append(self.document.mistake(keys, problem, f"set it, or give it a default: ${{{name}:-…}}"))
            return found[0]
        return default


def _refused(keys: Keys) -> tuple[str, str] | None:
    """Say why a place takes no reference; None where it does."""
    last = str(keys[-1])
    if last.endswith("_env"):
        return "a reference would put the secret in the place of its name", "write the name alone, such as CRM_TOKEN"
    if last == "local":
        return "what may be reached is decided in the file, not by the environment", "write true or false"
    return None
