"""Does a monitor outside hear of today's trusted morning, and of nothing else?"""

import json
from datetime import timedelta

import pytest

from reconciliation_pipeline.channels.channel import ChannelFailed
from reconciliation_pipeline.channels.ping import Ping
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.domain.quiet import trusted_message
from reconciliation_pipeline_tests.channels.builders import MORNING
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving

KEY = "pair/2026-11-22/trusted"


def ping(url: str, today=MORNING) -> Ping:
    return Ping(Poster(url, "ping:PING_URL", local=True, sleep=lambda _: None), today=today)


def test_a_monitor_learns_the_date_and_the_name_and_nothing_else():
    with receiving() as receiver:
        ping(receiver.url).send(trusted_message("pair", MORNING), idempotency_key=KEY)

        (got,) = receiver.got
    assert {"id": KEY, "reconciliation": "pair", "morning": "2026-11-22"} == json.loads(got.body)


def test_a_ping_of_another_day_is_given_up_without_a_word_to_the_monitor():
    with receiving() as receiver, pytest.raises(ChannelFailed) as caught:
        ping(receiver.url, today=MORNING + timedelta(days=1)).send(
            trusted_message("pair", MORNING), idempotency_key=KEY
        )

    assert [] == receiver.got
    assert caught.value.is_final
    assert not caught.value.is_down


def test_a_monitor_that_is_down_is_tried_again_without_its_address_in_words():
    with receiving(Answer(500)) as receiver, pytest.raises(ChannelFailed) as caught:
        ping(receiver.url).send(trusted_message("pair", MORNING), idempotency_key=KEY)

    assert 3 == len(receiver.got)
    assert "ping:PING_URL answered 500, also when tried again." == caught.value.text
    assert not caught.value.is_final
