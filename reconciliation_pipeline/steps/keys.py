"""What do the keys of this pair mean? The rules of `keys`, for steps that look for single records."""

from collections.abc import Iterable

from reconciliation_pipeline.compare.canonical import key_of, key_written_by
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import AS_WRITTEN
from reconciliation_pipeline.settings.rules import key_rule
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.absent import Keys
from reconciliation_pipeline.storage.asking import asking


def keys_of(work: Work, side: Side) -> Keys:
    """Say how the keys of a side, and those of the other one, are read when records are looked for."""
    rule = key_rule(work.reconciliation)
    means = {each: key_of("key", rule, each) for each in Side}
    return Keys(means[side], means[side.other], key_written_by("key", rule, side))


def written(work: Work, side: Side, keys: Iterable[str]) -> dict[str, str]:
    """Say how a side would write each of a few keys of the other one."""
    rule, known = key_rule(work.reconciliation), list(keys)
    if rule == AS_WRITTEN or not known:
        return {key: key for key in known}
    with asking() as connection:
        query = f"SELECT key, {key_written_by('key', rule, side)} FROM (SELECT unnest($keys) AS key)"  # noqa: S608 - quoted settings
        return dict(connection.execute(query, {"keys": known}).fetchall())


def meanings(work: Work, side: Side, keys: Iterable[str]) -> dict[str, str]:
    """Say under which key the comparison knows each of a few keys that a side was asked for."""
    rule, asked = key_rule(work.reconciliation), list(keys)
    if rule == AS_WRITTEN or not asked:
        return {key: key for key in asked}
    means = key_of("key", rule, side)
    with asking() as connection:
        query = f"SELECT key, {means} FROM (SELECT unnest($keys) AS key)"  # noqa: S608 - quoted settings
        return dict(connection.execute(query, {"keys": asked}).fetchall())
