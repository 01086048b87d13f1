"""Which reconciliations are there, and which files are broken?

Joins the steps of reading one file: values with their places, the environment, the vendors' presets,
the shape, and whether its parts fit. One broken file disables only itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from reconciliation_pipeline.settings.crosscheck import misfits
from reconciliation_pipeline.settings.interpolate import fill
from reconciliation_pipeline.settings.messages import told
from reconciliation_pipeline.settings.mistakes import Mistake, SettingsBroken, UnknownReconciliation
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.places import Document, read
from reconciliation_pipeline.settings.presets import PRESETS, unknown_choices, with_meant_connectors, with_presets
from reconciliation_pipeline.settings.secrecy import promised, secrets_in
from reconciliation_pipeline.settings.values import IDENTITY

_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class LoadedReconciliation:
    """One valid file."""

    reconciliation: Reconciliation
    path: Path


@dataclass(frozen=True, slots=True)
class Broken:
    """One file that cannot be used.

    Attributes:
        name: Its id where that can be read, otherwise made from the file's name; unique among all.
        path: The file, or the folder when that is the trouble.
        mistakes: Everything that is wrong with it, in the order of its lines.
    """

    name: str
    path: Path
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A folder of reconciliations, each file by its name's order."""

    reconciliations: tuple[LoadedReconciliation, ...]
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """One file on the way: what it calls itself, and what it turned out to be."""

    path: Path
    document: Document
    reconciliation: Reconciliation | None
    mistakes: tuple[Mistake, ...]

    @property
    def id(self) -> str | None:
        found = self.document.data.get("id")
        return found if isinstance(found, str) and _is_name(found) else None


def load_all(folder: Path, environ: Mapping[str, str], presets: Path = PRESETS) -> Loaded:
    """Read every `.yaml` file of a folder.

    Args:
        folder: Where the files are.
        environ: What `${X}` refers to.
        presets: The vendors' presets.

    Returns:
        The valid ones and the broken ones. A folder that is missing or empty is itself the one
        broken thing, so that it is seen and told like any other.
    """
    paths = sorted(path for path in folder.glob("*.y*ml") if path.suffix in {".yaml", ".yml"} and path.name[0] != ".")
    if not paths:
        what = "this folder holds no reconciliation" if folder.is_dir() else "there is no such folder"
        remedy = "put a file such as crm_billing.yaml there, or let RECON_CONFIG name the folder that has one"
        return Loaded((), (Broken(_name_from(folder), folder, (Mistake(folder, 1, 1, "", what, remedy),)),))
    files = _apart([_open(path, environ, presets) for path in paths])
    valid = [LoadedReconciliation(file.reconciliation, file.path) for file in files if file.reconciliation]
    return Loaded(tuple(valid), _named(files, taken={each.reconciliation.id for each in valid}))


def load_one(folder: Path, name: str, environ: Mapping[str, str], presets: Path = PRESETS) -> Reconciliation:
    """Read the reconciliation of a name.

    Raises:
        SettingsBroken: Its file, or the folder, cannot be used.
        UnknownReconciliation: No file has that id.
    """
    loaded = load_all(folder, environ, presets)
    for each in loaded.reconciliations:
        if each.reconciliation.id == name:
            return each.reconciliation
    for broken in loaded.broken:
        if name == broken.name or broken.path == folder:
            raise SettingsBroken(broken.mistakes)
    known = [each.reconciliation.id for each in loaded.reconciliations] + [broken.name for broken in loaded.broken]
    raise UnknownReconciliation(name, sorted(known))


def check(content: bytes, path: Path, environ: Mapping[str, str], presets: Path = PRESETS) -> Reconciliation:
    """Turn the content of one file into settings.

    Args:
        content: The bytes of the file.
        path: What to call the file in messages.
        environ: What `${X}` refers to.
        presets: The vendors' presets.

    Raises:
        SettingsBroken: With every mistake of the file.
    """
    file = _examine(content, path, environ, presets)
    if file.reconciliation is None:
        raise SettingsBroken(file.mistakes)
    return file.reconciliation


def _open(path: Path, environ: Mapping[str, str], presets: Path) -> _File:
    shown = _short(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        text = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}"
        return _File(
            path, Document(shown), None, (Mistake(shown, 1, 1, "", text, "check the file and its permissions"),)
        )
    examined = _examine(content, shown, environ, presets)
    return _File(path, examined.document, examined.reconciliation, examined.mistakes)


def _examine(content: bytes, path: Path, environ: Mapping[str, str], presets: Path) -> _File:
    document, mistakes = read(content, path)
    if not document.values:
        return _File(path, document, None, tuple(mistakes))
    filled, unset = fill(document, environ)
    secrets = list(secrets_in(document))
    mistakes += [*unset, *secrets]
    mistakes += [document.mistake(keys, text, remedy) for keys, text, remedy in unknown_choices(filled, presets)]
    reconciliation, misshapen = _shape(filled, document, presets)
    mistakes += misshapen
    if (guessed := with_meant_connectors(filled)) != filled:
        mistakes += _shape(guessed, document, presets)[1]
    said = {promised(secret) for secret in secrets}
    found = _once([mistake for mistake in mistakes if mistake.key_path not in said])
    return _File(path, document, None if found else reconciliation, found)


def _shape(
    filled: Mapping[str, object], document: Document, presets: Path
) -> tuple[Reconciliation | None, list[Mistake]]:
    data = with_presets(filled, presets)
    try:
        reconciliation = Reconciliation.model_validate(data)
    except ValidationError as error:
        return None, list(told(error, document, data))
    return reconciliation, list(misfits(reconciliation, document))


def _once(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    """Keep the first mistake of each key, in the order of the lines."""
    first: dict[str, Mistake] = {}
    for mistake in mistakes:
        first.setdefault(mistake.key_path, mistake)
    return tuple(sorted(first.values(), key=lambda mistake: (mistake.line, mistake.column, mistake.key_path)))


def _apart(files: Sequence[_File]) -> list[_File]:
    """Refuse an id that two files claim: nobody can tell which of them the ledger means."""
    return [_claimed(file, [other for other in files if other is not file and other.id == file.id]) for file in files]


def _claimed(file: _File, others: Sequence[_File]) -> _File:
    # A broken copy must not disable the good file it was made from.
    rivals = [other for other in others if other.reconciliation or not file.reconciliation]
    if file.id is None or not rivals:
        return file
    text = f"{' and '.join(str(_short(rival.path)) for rival in rivals)} has the id `{file.id}` too"
    mistake = file.document.mistake(("id",), text, "give each file an id of its own")
    return _File(file.path, file.document, None, _once([*file.mistakes, mistake]))


def _named(files: Sequence[_File], taken: set[str]) -> tuple[Broken, ...]:
    """Name the broken ones, each differently, so that each can be shown on its own."""
    named: list[Broken] = []
    for file in files:
        if file.reconciliation is None:
            wanted = file.id if file.id and file.id not in taken else _name_from(file.path)
            endings = (f"_{number}" for number in range(2, len(files) + 3))
            free = next(name for name in (wanted, *(wanted[:55] + end for end in endings)) if name not in taken)
            taken.add(free)
            named.append(Broken(free, file.path, file.mistakes))
    return tuple(named)


def _name_from(path: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_")[:_LONGEST_NAME]
    return name if _is_name(name) else f"file_{name}".rstrip("_")[:_LONGEST_NAME]


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and re.fullmatch(IDENTITY, text) is not None


def _short(path: Path) -> Path:
    """Write a path as people in this folder would."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
