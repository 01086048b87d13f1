"""Is a morning that was being given up when somebody killed it taken for a damaged one?"""

from dataclasses import replace

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.verify import verified
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW, a_row, a_snapshot, begin


def a_kept_morning(store):
    snapshots = {}
    for side in Side:
        with store.archive.writer("pair", MORNING, 1, side, []) as writer:
            writer.write([a_row()])
        snapshots[side] = a_snapshot(side, writer.path, writer.sha256)
    attempt = replace(begin(store), standing=Standing.TRUSTED, snapshots=snapshots, as_of=NOW)
    store.attempts.conclude(attempt, at=NOW)
    store.ledger.record(attempt, [])
    return {side: store.archive.root / one.path for side, one in snapshots.items()}


def test_a_morning_of_which_one_snapshot_was_given_up_is_pruned_and_not_damaged(store):
    kept = a_kept_morning(store)
    store.archive.give_up("pair", MORNING)
    kept[Side.CRM].with_suffix(".pruned").unlink()
    with store.archive.writer("pair", MORNING, 1, Side.CRM, []) as writer:
        writer.write([a_row()])

    found = verified(store, "pair")

    assert (True, 1) == (found.is_ok, found.pruned)


def test_a_snapshot_that_is_gone_is_damage_also_beside_one_that_was_given_up(store):
    kept = a_kept_morning(store)
    store.archive.give_up("pair", MORNING)
    kept[Side.CRM].with_suffix(".pruned").unlink()

    assert [MORNING] == [morning for morning, _ in verified(store, "pair").bad]
