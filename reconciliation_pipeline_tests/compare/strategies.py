"""Records of one side for hypothesis, without any rule of their own."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.compare.sides import record

_keys = st.sampled_from(["7", "007", "c", "C", "it's", '"', "🦆", "a b", "é", "e\u0301", "", None])
_instants = st.none() | st.sampled_from([datetime(2026, 11, day, 2, 30, 0, day, tzinfo=UTC) for day in (1, 2, 3)])
_numbers = st.none() | st.sampled_from(["0", "-0.5", "1", "1.00", "1.01", "1.0100000001", "1.5", "2.5", "1e2", "few"])


@st.composite
def sides(draw, most=12):
    """Records of one side, with source ids whose order says nothing about the order of the rows."""
    rows = draw(
        st.lists(
            st.builds(
                record,
                _keys,
                st.sampled_from(["active", "active", *State]),
                status=st.sampled_from(["on", "off", None]),
                created_at=_instants,
                updated_at=_instants,
                plan=st.sampled_from(["a", "b", "", None]),
                seats=_numbers,
                mrr=_numbers,
                mrr_currency=st.sampled_from(["EUR", "EUR", "EUR", "USD", None]),
            ),
            max_size=most,
        )
    )
    names = draw(st.permutations([f"s{number}" for number in range(len(rows))]))
    return [replace(row, source_id=name) for row, name in zip(rows, names, strict=True)]
