"""Is a morning told that found nothing, and whose counts nobody has confirmed?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from reconciliation_pipeline.channels.routing import severity_of
from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.records import Certificate, Grade, Reason, Side
from reconciliation_pipeline.steps.tell import tell_failure, tell_morning
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.steps.told import a_work, keys
from reconciliation_pipeline_tests.storage.builders import BOTH, an_observation, begin

DAY = timedelta(days=1)
DOUBT = Reason("unproven", "Nobody vouches for 3 records.", Side.CRM)
NOTHING = "Nothing to act on was found among these records."
UNCONFIRMED = Certificate(Grade.UNPROVEN, (DOUBT,))


def unproven(
    store: Store, found: Sequence[Observation] = (), *, sides: Sequence[Side] = tuple(Side), ago: int = 0
) -> Attempt:
    """A recorded morning some of whose counts nobody has confirmed."""
    snapshots = dict(BOTH) | {side: replace(BOTH[side], certificate=UNCONFIRMED) for side in sides}
    attempt = replace(
        begin(store, MORNING - ago * DAY), standing=Standing.UNPROVEN, snapshots=snapshots, as_of=NOW, reasons=(DOUBT,)
    )
    store.attempts.conclude(attempt, at=NOW)
    store.ledger.record(attempt, found)
    return attempt


def the_message(store: Store) -> Message:
    (stored,) = store.outbox.all()
    return stored.message


def test_it_is_told_with_the_command_for_each_side(store):
    unproven(store)

    told = tell_morning(a_work(store, {}), MORNING)

    assert ("pair/2026-11-22/not_trustworthy/unproven",) == told.stored
    message = the_message(store)
    assert "pair: UNPROVEN, nobody has confirmed the counts of the CRM and billing" == message.title
    assert (
        "2026-11-22: CRM 3 active (of 3 pulled, unproven), Billing 3 active (of 3 pulled, unproven).",
        f"{NOTHING} Nobody has confirmed that they are all of them, so this morning is not trusted.",
        "Read the count off the system's own screen, put it in the place of N, and say where you read it:",
        "`recon confirm-count pair --side crm --date 2026-11-22 --count N --by YOU --reason WHERE`",
        "`recon confirm-count pair --side billing --date 2026-11-22 --count N --by YOU --reason WHERE`",
        "Where it is what arrived, the morning is trusted at once; nothing has to be run again.",
    ) == message.lines
    assert ("finance-ops", Severity.HIGH) == (message.owner, severity_of(message))


def test_it_is_told_once_a_day(store):
    unproven(store, ago=1)
    tell_morning(a_work(store, {}, now=NOW - DAY), MORNING - DAY)
    unproven(store)

    assert tell_morning(a_work(store, {}), MORNING).stored
    unproven(store)
    assert () == tell_morning(a_work(store, {}), MORNING).stored
    assert ["pair/2026-11-21/not_trustworthy/unproven", "pair/2026-11-22/not_trustworthy/unproven"] == keys(store)


def test_a_side_that_somebody_has_confirmed_is_not_asked_for_again(store):
    unproven(store, sides=[Side.BILLING])

    tell_morning(a_work(store, {}), MORNING)

    assert "pair: UNPROVEN, nobody has confirmed the counts of billing" == the_message(store).title
    commands = [line for line in the_message(store).lines if "confirm-count" in line]
    assert ["`recon confirm-count pair --side billing --date 2026-11-22 --count N --by YOU --reason WHERE`"] == commands


def test_lag_is_counted_in_it(store):
    unproven(store, [an_observation(settling=True)])

    tell_morning(a_work(store, {}), MORNING)

    assert "1 still settling (younger than 1 h)." in the_message(store).lines


def test_with_something_open_the_mornings_own_message_says_it(store):
    unproven(store, [an_observation()])

    assert ("pair/2026-11-22/drift",) == tell_morning(a_work(store, {}), MORNING).stored
    assert "pair: UNPROVEN, 1 difference to act on (first morning)" == the_message(store).title


def test_a_run_that_fails_later_that_day_is_told_all_the_same(store):
    unproven(store)
    tell_morning(a_work(store, {}), MORNING)

    assert ("pair/2026-11-22/not_trustworthy",) == tell_failure(a_work(store, {}), MORNING, "It broke.").stored


def test_a_trusted_morning_without_differences_says_nothing(store):
    attempt = unproven(store)
    store.attempts.promote(replace(attempt, reasons=(), snapshots=BOTH), at=NOW)

    assert () == tell_morning(a_work(store, {}), MORNING).stored
