"""What does the file say, and where exactly does it say it?

YAML in, plain values with the line and column of every key and value out. What the values mean is
not judged here; only what YAML itself leaves broken or ambiguous.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from reconciliation_pipeline.settings.mistakes import Keys, Mistake, written
from reconciliation_pipeline.settings.syntax import broken_bytes, broken_yaml

_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.?[0-9]*([eE][-+]?[0-9]+)?")
# What one YAML reader takes for octal, the next for decimal and a third for text.
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+|0o[0-7]+")
# Far above any settings file, far below what aliases of aliases can multiply into.
_MOST_VALUES = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read.

    Attributes:
        path: The file, as people would type it.
        data: Its values: mappings, lists, text, numbers, true and false, dates, None.
        keys: Where each key stands.
        values: Where each value stands.
        raw: Each single value as it is written, without quotes.
    """

    path: Path
    data: Mapping[str, object] = field(default_factory=dict)
    keys: Mapping[Keys, Place] = field(default_factory=dict)
    values: Mapping[Keys, Place] = field(default_factory=dict)
    raw: Mapping[Keys, str] = field(default_factory=dict)

    def as_written(self, keys: Keys) -> Keys:
        """Leave out what a short form does not write: `plan: plan` has no `path` of its own."""
        while keys not in self.values and keys[:-1] in self.raw:
            keys = keys[:-1]
        return keys

    def mistake(self, keys: Keys, text: str, remedy: str = "", *, at_key: bool = False) -> Mistake:
        """Describe a mistake; what is not in the file is placed at the nearest mapping that is."""
        keys = self.as_written(keys)
        place = self.keys.get(keys) if at_key else None
        near = next((self.values[keys[:end]] for end in range(len(keys), -1, -1) if keys[:end] in self.values), None)
        place = place or near or Place(1, 1)
        return Mistake(self.path, place.line, place.column, written(keys), text, remedy)


def read(content: bytes, path: Path) -> tuple[Document, list[Mistake]]:
    """Read one file; when it cannot be read at all, the document is empty and one mistake says why."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Document(path), [broken_bytes(content, error, path)]
    try:
        return _Reader(path, text).read()
    except yaml.YAMLError as error:
        return Document(path), [broken_yaml(error, text, path)]
    except RecursionError:
        return Document(path), [Mistake(path, 1, 1, "", "lists and mappings are nested far too deep to be settings")]


class _Reader:
    """Walks the nodes of one file once."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._loader = yaml.SafeLoader(text)
        self._keys: dict[Keys, Place] = {}
        self._values: dict[Keys, Place] = {}
        self._raw: dict[Keys, str] = {}
        self._mistakes: list[Mistake] = []
        self._open: set[int] = set()

    def read(self) -> tuple[Document, list[Mistake]]:
        node = self._loader.get_single_node()
        if isinstance(node, MappingNode):
            data = self._mapping(node, ())
            return Document(self._path, data, self._keys, self._values, self._raw), self._mistakes
        if node is None:
            text, place = "the file is empty", Place(1, 1)
        else:
            kind = "a list" if isinstance(node, SequenceNode) else "one single value"
            text, place = f"the file holds {kind}, and keys such as `id:` and `sides:` are wanted", _place(node)
        remedy = "copy reconciliations/crm_billing.yaml and change it"
        return Document(self._path), [Mistake(self._path, place.line, place.column, "", text, remedy)]

    def _note(self, keys: Keys, node: Node, text: str, remedy: str) -> None:
        place = _place(node)
        self._mistakes.append(Mistake(self._path, place.line, place.column, written(keys), text, remedy))

    def _value(self, node: Node, keys: Keys) -> object:
        if id(node) in self._open or len(self._values) > _MOST_VALUES:
            self._note(keys, node, "an alias repeats what contains it, or far too much", "write the value out")
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node, keys)
        self._open.add(id(node))
        value = self._mapping(node, keys) if isinstance(node, MappingNode) else self._list(node, keys)
        self._open.discard(id(node))
        return value

    def _list(self, node: Node, keys: Keys) -> list[object]:
        self._values[keys] = _place(node)
        return [self._value(item, (*keys, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: MappingNode, keys: Keys) -> dict[str, object]:
        self._values[keys] = _place(node)
        self._find_duplicates(node, keys)
        self._loader.flatten_mapping(node)
        mapping: dict[str, object] = {}
        for key, value in self._entries(node, keys):
            way = (*keys, key.value)
            self._keys[way] = _place(key)
            mapping[key.value] = self._value(value, way)
        return mapping

    def _entries(self, node: MappingNode, keys: Keys) -> Iterator[tuple[ScalarNode, Node]]:
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield key, value
            else:
                self._note(
                    keys, key, "a key is one word, not a list or a mapping", "quote text that begins with { or ["
                )

    def _find_duplicates(self, node: MappingNode, keys: Keys) -> None:
        first: dict[str, int] = {}
        for key, _ in node.value:
            if isinstance(key, ScalarNode) and key.value in first:
                text = f"this key stands twice, first on line {first[key.value]}"
                self._note((*keys, key.value), key, text, "keep one of them")
            elif isinstance(key, ScalarNode):
                first[key.value] = _place(key).line

    def _scalar(self, node: ScalarNode, keys: Keys) -> object:
        self._values[keys] = _place(node)
        raw: str = node.value
        self._raw[keys] = raw
        kind = node.tag.removeprefix(_TAG)
        plain = node.style is None
        if (plain and _LEADING_ZERO.fullmatch(raw)) or (kind in {"int", "float"} and not _FRACTION.fullmatch(raw)):
            self._note(keys, node, "without quotes this can be read as text or as different numbers", "quote it")
            return raw
        if kind not in {"str", "int", "float", "bool", "null", "timestamp"}:
            self._note(keys, node, "a tag (a word after `!`) has no meaning here", "write the value alone")
            return raw
        return _understood(kind, raw)


def _understood(kind: str, raw: str) -> object:
    if kind == "null":
        return None
    if kind == "bool":
        return raw.lower() in {"true", "yes", "on"}
    if kind in {"int", "float"}:
        return int(raw) if _WHOLE.fullmatch(raw) else float(raw)
    if kind == "timestamp":
        try:
            return date.fromisoformat(raw)
        except ValueError:
            return raw
    return raw


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
