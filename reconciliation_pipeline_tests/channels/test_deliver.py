from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from reconciliation_pipeline.channels.channel import Channel, ChannelFailed
from reconciliation_pipeline.channels.deliver import LEASE, Delivered, backoff, deliver
from reconciliation_pipeline.channels.slack import SlackWebhook
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline_tests.channels.builders import a_message
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Waits:
    """One delivery."""

    message: Message
    channel: str = "slack:HOOK"
    tries: int = 0


@dataclass
class FakeOutbox:
    """An outbox in memory that remembers every call."""

    waiting: list[Waits]
    taken: set[str] = field(default_factory=set)
    claims: list[tuple[datetime, datetime]] = field(default_factory=list)
    sent: list[tuple[str, datetime]] = field(default_factory=list)
    failed: list[tuple[str, str, datetime | None]] = field(default_factory=list)
    remarks: list[str | None] = field(default_factory=list)

    def due(self, now: datetime, limit: int) -> list[Waits]:
        return self.waiting[:limit]

    def claim(self, delivery: Waits, *, now: datetime, until: datetime) -> bool:
        self.claims.append((now, until))
        return delivery.message.reconciliation not in self.taken

    def mark_sent(self, delivery: Waits, *, at: datetime, remark: str | None = None) -> None:
        self.sent.append((delivery.message.reconciliation, at))
        self.remarks.append(remark)

    def mark_failed(self, delivery: Waits, error: str, next_try_at: datetime | None) -> None:
        self.failed.append((delivery.message.reconciliation, error, next_try_at))


@dataclass
class FakeChannel:
    """A channel that breaks, or remarks something, as it is told."""

    errors: Iterator[Exception | str | None]
    name: str = "slack:HOOK"
    got: list[str] = field(default_factory=list)

    def send(self, message: Message, *, idempotency_key: str) -> str | None:
        self.got.append(idempotency_key)
        came = next(self.errors, None)
        if isinstance(came, Exception):
            raise came
        return came


def waiting(*names: str, tries: int = 0) -> FakeOutbox:
    return FakeOutbox([Waits(a_message(name=name), tries=tries) for name in names])


def through(outbox: FakeOutbox, *errors: Exception | str | None) -> tuple[Delivered, FakeChannel]:
    channel = FakeChannel(iter(errors))
    channels: dict[str, Channel] = {"slack:HOOK": channel}
    return deliver(outbox, channels, NOW, stopwatch=lambda: 0.0), channel


def test_what_is_due_is_sent_under_its_own_key_and_marked():
    outbox = waiting("a", "b")

    done, channel = through(outbox)

    assert Delivered(sent=2, failed=0) == done
    assert ["a/2026-11-22/drift", "b/2026-11-22/drift"] == channel.got
    assert [("a", NOW), ("b", NOW)] == outbox.sent


def test_what_someone_else_has_claimed_is_left_to_them():
    outbox = waiting("a", "b")
    outbox.taken = {"a"}

    done, channel = through(outbox)

    assert Delivered(sent=1, failed=0) == done
    assert ["b/2026-11-22/drift"] == channel.got


def test_a_channel_we_do_not_know_keeps_its_messages_untouched():
    outbox = FakeOutbox([Waits(a_message(name="a"), channel="teams:OTHER"), Waits(a_message(name="b"))])

    done, _ = through(outbox)

    assert Delivered(sent=1, failed=0) == done
    assert 1 == len(outbox.claims)


def test_a_dead_channel_raises_nothing_and_is_tried_once_a_round():
    outbox = waiting("a", "b", "c")

    done, channel = through(outbox, ChannelFailed("No connection."))

    assert Delivered(sent=0, failed=1) == done
    assert [("a", "No connection.", NOW + timedelta(minutes=1))] == outbox.failed
    assert 1 == len(channel.got)


def test_a_message_that_is_refused_does_not_hold_up_the_others():
    outbox = waiting("a", "b")

    done, _ = through(outbox, ChannelFailed("Not accepted.", is_down=False))

    assert Delivered(sent=1, failed=1) == done


def test_whatever_breaks_in_a_channel_is_noted_by_its_type_alone():
    outbox = waiting("a")

    done, _ = through(outbox, RuntimeError("https://hooks.example/SECRET"))

    assert Delivered(sent=0, failed=1) == done
    assert "slack:HOOK broke with RuntimeError; the message waits." == outbox.failed[0][1]


@pytest.mark.parametrize(("minutes", "tries"), [(1, 0), (2, 1), (4, 2), (32, 5), (60, 6), (60, 7), (60, 10_000)])
def test_the_wait_doubles_from_a_minute_to_an_hour(minutes, tries):
    assert timedelta(minutes=minutes) == backoff(tries)


def test_what_arrived_in_part_is_sent_with_a_remark():
    outbox = waiting("a")

    done, _ = through(outbox, "One of two was refused.")

    assert Delivered(sent=1, failed=0) == done
    assert ["One of two was refused."] == outbox.remarks


def test_what_is_too_late_is_not_tried_again():
    outbox = waiting("a")

    through(outbox, ChannelFailed("Its day is over.", is_final=True))

    assert [("a", "Its day is over.", None)] == outbox.failed


def test_the_messages_of_another_reconciliation_do_not_go_to_a_channel_of_the_same_name():
    outbox = waiting("a", "b")
    channel = FakeChannel(iter([]))

    deliver(outbox, {"slack:HOOK": channel}, NOW, only="b", stopwatch=lambda: 0.0)

    assert ["b/2026-11-22/drift"] == channel.got


def test_a_later_try_waits_longer():
    outbox = waiting("a", tries=3)

    through(outbox, ChannelFailed("No connection."))

    assert NOW + timedelta(minutes=8) == outbox.failed[0][2]


def test_a_long_round_claims_by_the_time_it_is_and_not_by_when_it_began():
    outbox = waiting("a", "b")
    minutes = count(0, 60)

    deliver(outbox, {"slack:HOOK": FakeChannel(iter([]))}, NOW, stopwatch=lambda: float(next(minutes)))

    (first, _), (second, until) = outbox.claims
    assert NOW + timedelta(minutes=1) == first
    assert NOW + timedelta(minutes=3) == second
    assert second + LEASE == until


@pytest.mark.parametrize(("sent", "failed", "status"), [(1, 0, 200), (0, 1, 500), (0, 1, 404)])
def test_a_real_receiver_decides_what_is_marked(sent, failed, status):
    outbox = waiting("a")
    with receiving(Answer(status)) as receiver:
        slack = SlackWebhook(receiver.url, local=True, name="slack:HOOK", sleep=lambda _: None)

        assert Delivered(sent, failed) == deliver(outbox, {"slack:HOOK": slack}, NOW)

    assert (sent, failed) == (len(outbox.sent), len(outbox.failed))
    assert "SECRET" not in str(outbox.failed)
