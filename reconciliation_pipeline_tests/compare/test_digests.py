"""What digests settle, and what they leave to be looked at."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciliation_pipeline.compare import digests, engine
from reconciliation_pipeline.compare.settling import settle
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule, KeyRule, Spelling
from reconciliation_pipeline_tests.compare.sides import MRR, PLAN, SEATS, SMALL, files, record, rules

BY = rules(PLAN, SEATS, MRR, amount="mrr")


def looked_at(folder: Path, crm, billing, by=BY) -> list[int]:
    """Count, by side, the rows on which somebody has to look."""
    with engine.started(SMALL) as connection:
        settling = settle(connection, files(folder, crm, billing, by), by)
        return [
            connection.execute(f"SELECT count(*) FROM {settling.open_rows[side]}").fetchall()[0][0] for side in Side
        ]


@pytest.mark.parametrize(
    ("crm", "billing", "looks"),
    [
        ({"plan": "pro"}, {"plan": "pro"}, 0),
        ({"plan": "pro"}, {"plan": "Pro"}, 1),
        ({"plan": None}, {"plan": ""}, 1),
        ({"seats": "1"}, {"seats": "1.0"}, 0),
        ({"seats": "1"}, {"seats": "1.2"}, 1),
        ({"mrr": "49 EUR"}, {"mrr": "49.00 EUR"}, 0),
        ({"mrr": "49 EUR"}, {"mrr": "49 USD"}, 1),
        ({"state": "cancelled", "plan": "a"}, {"state": "cancelled", "plan": "b"}, 0),
        ({"state": "cancelled"}, {}, 1),
    ],
)
def test_a_pair_is_looked_at_unless_it_is_certainly_settled(tmp_path, crm, billing, looks):
    assert [looks, looks] == looked_at(tmp_path, [record("C1", **crm)], [record("C1", **billing)])


def test_repeated_and_missing_keys_are_looked_at_on_both_sides_and_leads_are_not(tmp_path):
    crm = [record("C1"), record("C1", source_id="two"), record("C2"), record(None), record("", "out_of_scope")]

    assert [3, 1] == looked_at(tmp_path, crm, [record("C1"), record("C2")])


def test_one_name_for_the_same_rules_and_another_for_others():
    names = [
        digests.name_of(by, side)
        for by in (
            BY,
            rules(PLAN, SEATS, MRR, amount="mrr"),
            rules(SEATS, PLAN, MRR, amount="mrr"),
            rules(PLAN, SEATS, amount="mrr"),
            replace(BY, key=KeyRule(ignore_zeros=True)),
            rules(FieldRule("plan", spelling=Spelling(ignore_case=True)), SEATS, MRR),
            replace(BY, key=KeyRule(prefixes={Side.CRM: "C-"})),
        )
        for side in Side
    ]

    assert names[:2] == names[2:4]
    assert 6 == len({tuple(names[at : at + 2]) for at in range(0, len(names), 2)})


def test_a_tolerance_changes_no_digest():
    wider = replace(SEATS, tolerance=SEATS.tolerance * 2)

    assert digests.name_of(BY, Side.CRM) == digests.name_of(rules(PLAN, wider, MRR, amount="mrr"), Side.CRM)


def test_kept_digests_say_what_those_worked_out_on_the_spot_say(tmp_path):
    crm = [record(f"C{n}", plan="a", seats=str(n)) for n in range(500)]
    billing = [record(f"C{n}", plan="ab"[n % 7 == 0], seats=f"{n}.0") for n in range(5, 505)]
    both = files(tmp_path, crm, billing, BY)
    kept = {side: tmp_path / f"{side}.digests.parquet" for side in Side}
    for side, path in kept.items():
        engine.write_digests(both[side], BY, side, path, SMALL)

    assert engine.compare(both, BY, SMALL) == engine.compare(replace(both, digests=kept), BY, SMALL)
    assert ["billing.digests.parquet", "crm.digests.parquet"] == sorted(
        path.name for path in tmp_path.glob("*.digests*")
    )
