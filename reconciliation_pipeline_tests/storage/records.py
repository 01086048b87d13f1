"""Any record at all, for tests that hold for every one."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import (
    Amount,
    Baseline,
    Cause,
    Certificate,
    FieldDifference,
    Grade,
    Kind,
    MoneyClass,
    Reason,
    Receipt,
    Side,
    Snapshot,
)

# Postgres has no place for the character 0, no database for half of a surrogate pair.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(0, 10**9)
MOMENTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    datetime(2100, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-3))]),
)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
SIDES = st.sampled_from(Side)

REASONS = st.builds(Reason, TEXTS, TEXTS, st.none() | SIDES, TEXTS)
RECEIPTS = st.builds(
    Receipt,
    side=SIDES,
    label=TEXTS,
    started_at=MOMENTS,
    finished_at=MOMENTS,
    source_clock=st.none() | MOMENTS,
    pages=NUMBERS,
    requests=NUMBERS,
    pulled=NUMBERS,
    active=NUMBERS,
    distinct=NUMBERS,
    no_key=NUMBERS,
    duplicate_key=NUMBERS,
    total_before=st.none() | NUMBERS,
    total_after=st.none() | NUMBERS,
    ended_by=st.none() | TEXTS,
    failure=st.none() | REASONS,
    total_tolerance=st.decimals(0, Decimal("0.99"), places=2),
    cap=st.none() | NUMBERS,
    account=st.none() | TEXTS,
    statuses=st.dictionaries(TEXTS, NUMBERS, max_size=3),
    nulls=st.dictionaries(TEXTS, NUMBERS, max_size=3),
)
BASELINES = st.builds(Baseline, st.dates(), NUMBERS, NUMBERS)
CERTIFICATES = st.builds(
    Certificate,
    st.sampled_from(Grade),
    st.lists(REASONS, max_size=3).map(tuple),
    st.none() | BASELINES,
    st.lists(TEXTS, max_size=3).map(tuple),
)
SNAPSHOTS = st.builds(Snapshot, SIDES, TEXTS, st.none() | TEXTS, RECEIPTS, CERTIFICATES)
DIFFERENCES = st.builds(FieldDifference, TEXTS, st.none() | TEXTS, st.none() | TEXTS)
OBSERVATIONS = st.builds(
    Observation,
    item=st.text("0123456789abcdef", min_size=12, max_size=12),
    kind=st.sampled_from(Kind),
    key=TEXTS,
    cause=st.none() | st.sampled_from(Cause),
    fields=st.lists(DIFFERENCES, max_size=3).map(tuple),
    settling=st.booleans(),
    money_class=st.none() | st.sampled_from(MoneyClass),
    amount=st.none() | st.builds(Amount, DECIMALS, st.sampled_from(["EUR", "USD"])),
    owner=TEXTS,
    signature=TEXTS,
    source_ids=st.dictionaries(SIDES, TEXTS),
    statuses=st.dictionaries(SIDES, st.none() | TEXTS),
    changed_at=st.dictionaries(SIDES, st.none() | MOMENTS),
    cleared_after=st.none() | NUMBERS,
)
