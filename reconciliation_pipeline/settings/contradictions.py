"""Do the rules of one field, those of the keys, or the names of the channels contradict each other?

Whether the fields are there at all is `crosscheck.py`.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import Space, Spelling
from reconciliation_pipeline.settings.channels import Channel
from reconciliation_pipeline.settings.comparing import ComparedField, KeySettings
from reconciliation_pipeline.settings.mistakes import Keys, Mistake
from reconciliation_pipeline.settings.model import Reconciliation, RestSide
from reconciliation_pipeline.settings.places import Document
from reconciliation_pipeline.settings.rules import spelling

_FOR_TEXT = ("as", "case", "space", "unicode", "empty", "words")
_NEEDS = {"calling_code": "phone", "zone": "date", "precision": "date", "formats": "date"}


def of_field(compared: ComparedField, keys: Keys, kinds: Collection[str], document: Document) -> Iterator[Mistake]:
    """Find what does not go together in the rules of one field.

    Args:
        compared: The rules.
        keys: Where they stand.
        kinds: What the two sides map the field as.
        document: The file.
    """
    name, said = compared.field, _said(compared)
    if compared.ignore and (others := sorted(said - {"ignore"})):
        text = f"`{name}` is ignored, so {' and '.join(f'`{key}`' for key in others)} would do nothing"
        yield document.mistake((*keys, "ignore"), text, "remove one or the other")
        return
    numbers = " and ".join(sorted(set(kinds))) if "text" not in kinds else ""
    if numbers:
        for key in _FOR_TEXT:
            if key in said:
                text = f"`{name}` is {numbers}, and `{key}` is for text"
                yield document.mistake((*keys, key), text, "remove it, or map the field as text")
    elif compared.tolerance is not None and set(kinds) == {"text"}:
        text = f"`{name}` is text, and a tolerance is for numbers"
        yield document.mistake((*keys, "tolerance"), text, "remove it, or map the field as decimal or money")
    for key, needed in _NEEDS.items():
        if key in said and compared.as_ != needed:
            text = f"`{key}` is for fields with `as: {needed}`"
            yield document.mistake((*keys, key), text, f"add `as: {needed}`, or remove it")
    yield from _words(compared, keys, document)


def of_channels(reconciliation: Reconciliation, document: Document) -> Iterator[Mistake]:
    """Find channels that share a name without being the same: whoever waits for one would be sent to the other."""
    known: dict[str, Channel] = {}
    for index, one in enumerate(reconciliation.channels):
        if known.setdefault(one.full_name, one) != one:
            text = f"another channel is called {one.full_name} already"
            yield document.mistake(("channels", index), text, "give one of them a `name` of its own")


def of_keys(reconciliation: Reconciliation, document: Document) -> Iterator[Mistake]:
    """Find what does not go together in how the two sides' keys are made, and when two are the same."""
    parts = {side: len(reconciliation.sides[side].key_paths) for side in Side}
    if min(parts.values()) > 1 and len(set(parts.values())) > 1:
        text = (
            f"the key has {parts[Side.BILLING]} parts here and {parts[Side.CRM]} in sides.crm, so no two are the same"
        )
        yield document.mistake(("sides", "billing", "key"), text, "name the same parts on both sides")
    for side in Side:
        settings = reconciliation.sides[side]
        lookup = settings.lookup if isinstance(settings, RestSide) else None
        if lookup is not None and lookup.by_key is not None and parts[side] > 1:
            text = "no record can be found by a key of several parts"
            yield document.mistake(
                ("sides", side.value, "lookup", "by_key"), text, "remove it, or use a key of one part"
            )
    yield from of_aliases(reconciliation.keys, document)


def _said(compared: ComparedField) -> set[str]:
    """Name the keys that say something, as the file writes them."""
    fields = type(compared).model_fields
    return {
        fields[name].alias or name
        for name in compared.model_fields_set - {"field"}
        if getattr(compared, name) != fields[name].default
    }


def _words(compared: ComparedField, keys: Keys, document: Document) -> Iterator[Mistake]:
    if compared.words is None:
        return
    if compared.as_ != "text":
        text = f"a word means what is written here, and cannot be read as {compared.as_} as well"
        yield document.mistake((*keys, "words"), text, "remove `as` or `words`")
    said = {side: words for side in Side if (words := compared.words[side]) is not None}
    if not said:
        text = "no word is explained"
        yield document.mistake((*keys, "words"), text, "write {crm: {Gold: premium}}, or remove the key")
    for side, words in said.items():
        here = (*keys, "words", side.value)
        if not words:
            yield document.mistake(here, "no word is explained", "write {Gold: premium}, or remove the key")
        yield from _twice(words, lambda word: _spelt(word, spelling(compared)), here, document, "word")


def of_aliases(rule: KeySettings, document: Document) -> Iterator[Mistake]:
    """Find keys that become themselves, or one that becomes another in turn."""
    here: Keys = ("keys", "aliases")
    yield from _twice(rule.aliases, lambda key: _known_as(key, rule), here, document, "key")
    aliases = {_known_as(alias, rule): alias for alias in rule.aliases}
    for alias, target in rule.aliases.items():
        meant = _known_as(target, rule)
        if meant == _known_as(alias, rule):
            yield document.mistake((*here, alias), f"`{alias}` is an alias of itself", "remove it")
        elif meant in aliases:
            text = f"`{alias}` becomes `{target}`, which is an alias itself, of `{rule.aliases[aliases[meant]]}`"
            yield document.mistake((*here, alias), text, "name the last of them for both")


def _twice(
    said: Iterable[str], read: Callable[[str], str], here: Keys, document: Document, what: str
) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for one in said:
        if (other := first.setdefault(read(one), one)) != one:
            text = f"`{one}` is the same {what} as `{other}`, by the rules for spelling beside it"
            yield document.mistake((*here, one), text, "keep one of them", at_key=True)


def _spelt(text: str, rule: Spelling) -> str:
    """Write a text as all its spellings that the rule takes for the same, to find two of them."""
    text = unicodedata.normalize("NFC", text) if rule.compose else text
    text = text.lower() if rule.ignore_case else text
    if rule.space is Space.TRIM:
        return text.strip()
    words = text.split()
    return {Space.COLLAPSE: " ".join(words), Space.IGNORE: "".join(words)}.get(rule.space, text)


def _known_as(key: str, rule: KeySettings) -> str:
    """Write a key of either side as all its spellings that the rules take for the same."""
    space = Space.TRIM if rule.trim else Space.EXACT
    key = _spelt(key, Spelling(rule.case == "ignore", space, rule.unicode == "nfc"))
    prefixes, suffixes = (
        [_as_key(affix[side], rule) for side in Side if affix[side]] for affix in (rule.prefix, rule.suffix)
    )
    key = key.removeprefix(next((one for one in prefixes if key.startswith(one)), ""))
    key = key.removesuffix(next((one for one in suffixes if key.endswith(one)), ""))
    return (key.lstrip("0") or "0") if rule.zeros == "ignore" else key


def _as_key(text: str, rule: KeySettings) -> str:
    return _spelt(text, Spelling(rule.case == "ignore", compose=rule.unicode == "nfc"))
