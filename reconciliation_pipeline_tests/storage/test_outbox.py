"""A message is stored once, tried until it arrives or is given up, and never by two at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.storage.outbox import Delivery, DeliveryRecord, DeliveryState, Outbox
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW, a_message

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def outbox(store):
    return store.outbox


def the_delivery(outbox: Outbox) -> DeliveryRecord:
    ((delivery,),) = (one.deliveries for one in outbox.all())
    return delivery


def put_one(outbox: Outbox) -> Delivery:
    outbox.put(a_message(), ["slack"], at=NOW)
    (delivery,) = outbox.due(NOW, 9)
    return delivery


def test_a_message_is_stored_once(outbox):
    assert outbox.put(a_message(), ["slack"], at=NOW)
    assert not outbox.put(replace(a_message(), title="In other words"), ["teams"], at=NOW)

    (stored,) = outbox.all()
    assert a_message() == stored.message
    assert NOW == stored.created_at
    assert ["slack"] == [one.channel for one in stored.deliveries]


def test_of_many_who_notice_at_once_one_stores_the_message(database):
    def work(_):
        with database.open() as store:
            return store.outbox.put(a_message(), ["slack"], at=NOW)

    with ThreadPoolExecutor(4) as pool:
        assert [False, False, False, True] == sorted(pool.map(work, range(4)))


def test_a_message_exists_by_its_key(outbox):
    outbox.put(a_message(), [], at=NOW)

    assert outbox.exists("pair/2026-11-22/drift")
    assert not outbox.exists("pair/2026-11-22/spike")


def test_a_message_without_a_channel_is_stored_and_never_due(outbox):
    outbox.put(a_message(), [], at=NOW)

    assert ((),) == tuple(one.deliveries for one in outbox.all())
    assert [] == outbox.due(NOW, 9)


def test_a_channel_named_twice_is_told_once(outbox):
    outbox.put(a_message(), ["slack", "slack"], at=NOW)

    assert 1 == len(outbox.due(NOW, 9))


def test_a_new_message_is_due_at_once_for_every_channel(outbox):
    outbox.put(a_message(), ["slack", "teams"], at=NOW)

    assert [(a_message(), "slack", 0), (a_message(), "teams", 0)] == [
        (one.message, one.channel, one.tries) for one in outbox.due(NOW, 9)
    ]
    assert [] == outbox.due(NOW - SECOND, 9)


def test_the_longest_waiting_come_first_and_no_more_than_asked_for(outbox):
    outbox.put(a_message(Topic.SPIKE), ["slack"], at=NOW)
    outbox.put(a_message(Topic.DRIFT), ["slack"], at=NOW - MINUTE)
    outbox.put(a_message(Topic.HEARTBEAT), ["slack"], at=NOW)

    assert [Topic.DRIFT, Topic.SPIKE] == [one.message.topic for one in outbox.due(NOW, 2)]


def test_a_claimed_delivery_is_nobody_elses_until_the_lease_ends(outbox):
    delivery = put_one(outbox)

    assert outbox.claim(delivery, now=NOW, until=NOW + MINUTE)
    assert not outbox.claim(delivery, now=NOW, until=NOW + MINUTE)
    assert [] == outbox.due(NOW + MINUTE - SECOND, 9)
    assert [delivery] == outbox.due(NOW + MINUTE, 9)
    assert outbox.claim(delivery, now=NOW + MINUTE, until=NOW + 2 * MINUTE)


def test_of_many_senders_at_once_one_gets_the_delivery(database):
    with database.open() as store:
        delivery = put_one(store.outbox)

    def work(_):
        with database.open() as store:
            return store.outbox.claim(delivery, now=NOW, until=NOW + MINUTE)

    with ThreadPoolExecutor(4) as pool:
        assert [False, False, False, True] == sorted(pool.map(work, range(4)))


def test_a_delivery_that_was_tried_meanwhile_cannot_be_claimed_by_who_saw_it_before(outbox):
    delivery = put_one(outbox)
    outbox.mark_failed(delivery, "busy", NOW)

    assert not outbox.claim(delivery, now=NOW, until=NOW + MINUTE)


def test_what_arrived_is_never_tried_again(outbox):
    delivery = put_one(outbox)
    outbox.mark_sent(delivery, at=NOW + SECOND)

    expected = DeliveryRecord("slack", DeliveryState.SENT, 1, NOW, last_error=None, sent_at=NOW + SECOND)
    assert expected == the_delivery(outbox)
    assert [] == outbox.due(NOW + MINUTE, 9)
    assert not outbox.claim(delivery, now=NOW + MINUTE, until=NOW + 2 * MINUTE)


def test_what_arrived_stays_sent_whatever_a_slower_sender_says(outbox):
    delivery = put_one(outbox)
    outbox.mark_sent(delivery, at=NOW)
    outbox.mark_failed(delivery, "timed out", None)

    assert DeliveryState.SENT is the_delivery(outbox).state


def test_what_failed_is_tried_again_when_its_time_has_come(outbox):
    outbox.mark_failed(put_one(outbox), "The channel answered 500.", NOW + MINUTE)

    expected = DeliveryRecord("slack", DeliveryState.PENDING, 1, NOW + MINUTE, "The channel answered 500.", None)
    assert expected == the_delivery(outbox)
    assert [] == outbox.due(NOW + MINUTE - SECOND, 9)
    assert [1] == [one.tries for one in outbox.due(NOW + MINUTE, 9)]


def test_success_after_a_failure_leaves_no_error_behind(outbox):
    outbox.mark_failed(put_one(outbox), "busy", NOW)
    (again,) = outbox.due(NOW, 9)
    outbox.mark_sent(again, at=NOW)

    assert (2, None) == (the_delivery(outbox).tries, the_delivery(outbox).last_error)


def test_what_is_given_up_is_kept_and_not_tried_again(outbox):
    outbox.mark_failed(put_one(outbox), "The channel does not exist.", None)

    assert DeliveryState.FAILED is the_delivery(outbox).state
    assert [] == outbox.due(NOW + MINUTE, 9)


def test_an_error_is_cut_and_never_holds_an_address(outbox):
    outbox.mark_failed(put_one(outbox), f"POST https://hooks.example/T0/secret failed: {'x' * 400}", None)

    error = the_delivery(outbox).last_error
    assert error is not None
    assert 300 == len(error)
    assert error.startswith("POST (address) failed: x")


def test_one_channel_does_not_wait_for_another(outbox):
    outbox.put(a_message(), ["slack", "teams"], at=NOW)
    outbox.mark_failed(outbox.due(NOW, 9)[0], "busy", NOW + MINUTE)

    assert ["teams"] == [one.channel for one in outbox.due(NOW, 9)]


def test_messages_are_listed_newest_first_for_one_reconciliation_or_morning(outbox):
    yesterday = MORNING - timedelta(days=1)
    for message in (a_message(morning=yesterday), a_message(), a_message(reconciliation="other")):
        outbox.put(message, ["slack"], at=NOW)

    assert ["other", "pair", "pair"] == [one.message.reconciliation for one in outbox.all()]
    assert [MORNING, yesterday] == [one.message.morning for one in outbox.all("pair")]
    assert [yesterday] == [one.message.morning for one in outbox.all("pair", morning=yesterday)]
