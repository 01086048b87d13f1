"""Does a side find the very records it lists, when it is asked for one? The proof against lost records rests on it."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from reconciliation_pipeline.connectors.errors import PullFailed, Refused
from reconciliation_pipeline.connectors.source import By, PointRead
from reconciliation_pipeline.domain.records import Row
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.steps.doctor.finding import Finding, fail, ok
from reconciliation_pipeline.steps.doctor.visit import Visit, permission

SETTLED = timedelta(hours=1)
"""Age from which on a search that lags behind has no excuse."""

_WORD = {By.ID: "id", By.KEY: "key"}


def reads(visit: Visit) -> Iterator[Finding]:
    """Ask for a record of the first page, by id and by key, where the settings say how."""
    row = _chosen(visit)
    for by in By:
        if row is not None and visit.source.declares().reads(by) and (by is By.ID or row.key is not None):
            yield _read(visit, row, by)


def sentinels(visit: Visit) -> Iterator[Finding]:
    """Ask for the records that every pull must contain."""
    what, wanted = f"{visit.label} sentinels", visit.settings.sentinels
    if wanted.ids and visit.source.declares().reads(By.ID):
        try:
            answers = list(visit.source.lookup(wanted.ids, by=By.ID))
        except PullFailed as failed:
            yield fail(what, failed.text, failed.remedy or permission(visit.settings))
        else:
            yield from (_sentinel(visit, answer) for answer in answers)
    elif wanted.ids:
        yield ok(what, f"{len(wanted.ids):,} are named; only a whole pull can show whether they are there.")
    seen = {row.status for row in visit.rows}
    if unseen := [status for status in wanted.statuses if status not in seen]:
        spelt = ", ".join(unseen)
        yield ok(what, f"no record with the status {spelt} is on the first page; only a whole pull can show one.")


def _sentinel(visit: Visit, answer: PointRead) -> Finding:
    what = f"{visit.label} sentinels"
    if answer.rows:
        return ok(what, f"record {answer.asked} is there.")
    if answer.hidden:
        text = f"record {answer.asked} is there, and these credentials may not see it: every pull would be refused."
        return fail(what, text, permission(visit.settings))
    text = f"there is no record {answer.asked}, so every pull would be refused (`sentinel_missing`)."
    return fail(what, text, "Name a record in `sentinels` that is never removed, by the system's own id.")


def _chosen(visit: Visit) -> Row | None:
    """Choose a record of the first page whose answer is beyond doubt: it has a key of its own, and is not new."""
    alike = Counter(row.key for row in visit.rows)

    def doubts(row: Row) -> tuple[bool, bool, bool]:
        moments = [moment for moment in (row.created_at, row.updated_at) if moment is not None]
        return row.key is None, alike[row.key] > 1, any(moment > visit.now - SETTLED for moment in moments)

    return min(visit.rows, key=doubts, default=None)


def _read(visit: Visit, row: Row, by: By) -> Finding:
    what, asked = f"{visit.label} by {_WORD[by]}", row.source_id if by is By.ID else str(row.key)
    setting = "lookup" if by is By.ID else "lookup.by_key"
    try:
        answer = next(iter(visit.source.lookup([asked], by=by)))
    except PullFailed as failed:
        return fail(what, f"asking for record {row.source_id} failed. {failed.text}", _remedy(visit, failed, by))
    if answer.hidden:
        text = f"the list shows record {row.source_id}; asked for it alone, the system says that it may not be seen."
        return fail(what, text, permission(visit.settings))
    found = next((one for one in answer.rows if one.source_id == row.source_id), None)
    if found is None:
        text = f"the list shows record {row.source_id}; asked for it by {_WORD[by]}, the system says there is none."
        return fail(what, text, _none_remedy(visit, by))
    if differing := [name for name in ("key", "status") if getattr(found, name) != getattr(row, name)]:
        text = f"record {row.source_id} has another {' and '.join(differing)} there than in the list."
        return fail(what, text, f"Let `{setting}` ask for the same fields as `list` does.")
    return ok(what, f"it finds record {row.source_id}, as its list shows it.")


def _remedy(visit: Visit, failed: PullFailed, by: By) -> str:
    if failed.code == "unauthorised":
        return permission(visit.settings)
    if by is By.KEY and type(failed) is Refused and _must_be_unique(visit):
        return (
            "HubSpot looks records up only by a property whose values are unique: make it so there, or write "
            "`lookup: {by_key: null}` and do without."
        )
    return failed.remedy or "Correct `lookup` in the settings."


def _must_be_unique(visit: Visit) -> bool:
    settings = visit.settings
    rule = settings.lookup.by_key if isinstance(settings, RestSide) and settings.lookup else None
    return rule is not None and "idProperty" in rule.params


def _none_remedy(visit: Visit, by: By) -> str:
    if not isinstance(visit.settings, RestSide):
        return "Run again; it may have changed meanwhile."
    if by is By.ID:
        return "Correct `lookup.path` in the settings: it leads to no record."
    return "Correct `lookup.by_key` in the settings; a search that lags behind may need an hour for a new record."
