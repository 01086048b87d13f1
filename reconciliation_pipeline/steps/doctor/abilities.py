"""What can a source do, as its settings declare it? Nothing is asked."""

from collections.abc import Iterator

from reconciliation_pipeline.connectors.source import Abilities
from reconciliation_pipeline.steps.doctor.finding import Finding, ok, warn


def declared(label: str, can: Abilities) -> Iterator[Finding]:
    """Say in plain lines how a side is read and what it cannot do."""
    yield ok(f"{label} list", _list(can))
    past = "it can be asked for a past morning." if can.answers_for_the_past else "it only knows how things are now."
    yield ok(f"{label} past", past)
    yield _single_records(label, can)
    if can.scopes:
        yield ok(f"{label} permissions", f"its credentials need {', '.join(can.scopes)}, and nothing else.")


def _list(can: Abilities) -> str:
    total = "the system says how many records there are" if can.states_total else "the system states no total"
    cap = f", and never gives more than {can.cap:,}" if can.cap is not None else ""
    pace = f"; asked at most {can.requests_per_second:g} times a second" if can.requests_per_second else ""
    return f"paged by {can.paging}, {total}{cap}{pace}."


def _single_records(label: str, can: Abilities) -> Finding:
    what = f"{label} single records"
    if can.reads_by_id and can.reads_by_key:
        return ok(what, "they can be asked for by id and by key.")
    if can.reads_by_id or can.reads_by_key:
        known, unknown = ("id", "key") if can.reads_by_id else ("key", "id")
        return ok(what, f"they can be asked for by {known}, not by {unknown}.")
    text = "none can be asked for, so nobody can tell a record that was lost on the way from one that is not there."
    return warn(what, text, "Write `lookup` in the settings, if the system can show a single record.")
