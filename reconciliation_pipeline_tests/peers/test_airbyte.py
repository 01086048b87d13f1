"""Does somebody else's connector read from the demo what ours reads? If not, one of the two is wrong about Stripe."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.presets import with_presets
from reconciliation_pipeline_tests.peers.airbyte import HOST, Connector, Read
from reconciliation_pipeline_tests.peers.installed import python_of
from reconciliation_pipeline_tests.peers.serving import listening
from reconciliation_pipeline_tests.peers.story import Shown, at, shown
from reconciliation_pipeline_tests.peers.tunnel import Tunnel, papers, tunnel

pytestmark = pytest.mark.peers

STREAMS = ("customers", "subscriptions", "subscription_items")


@dataclass(frozen=True)
class Meeting:
    """Their connector, its only way out, and our billing system at the end of it."""

    connector: Connector
    tunnel: Tunnel
    shown: Shown


@pytest.fixture(scope="module")
def meeting(tmp_path_factory) -> Iterator[Meeting]:
    python, folder = python_of("airbyte-stripe"), tmp_path_factory.mktemp("airbyte")
    ours, proof = shown(folder), papers(folder, HOST, python)
    with listening(ours.billing, certificate=proof.certificate, key=proof.key) as port, tunnel(HOST, port) as way:
        key = ours.scene.state.stripe_key
        yield Meeting(Connector(python, folder, way.url, proof.authority, key), way, ours)


@pytest.fixture(scope="module")
def reading(meeting) -> tuple[Read, list[dict[str, Any]]]:
    """What they read, and every request that it took."""
    before = len(meeting.shown.requests())
    read = meeting.connector.read(*STREAMS)
    return read, meeting.shown.requests()[before:]


@pytest.fixture(scope="module")
def read(reading: tuple[Read, list[dict[str, Any]]]) -> Read:
    return reading[0]


def ours(shown: Shown, **written: Any) -> set[str]:
    """Pull with our own connector and give the ids."""
    with at(shown.billing) as url:
        basics = {"base_url": url, "local": True, "auth": {"token_env": "KEY"}, "requests_per_second": 1000}
        data: Any = with_presets({"sides": {"billing": {**basics, **written}}})
        settings = RestSide.model_validate(data["sides"]["billing"])
        environ, morning = {"KEY": shown.scene.state.stripe_key}, shown.scene.state.clock.date()
        source = build_source(settings, side=Side.BILLING, environ=environ, morning=morning)
        return {row.source_id for page in source.pull() for row in page.rows}


def test_their_check_succeeds_and_was_answered(meeting):
    status, said = meeting.connector.check()

    assert "SUCCEEDED" == status, said
    # It succeeds on 400, 403 and 404 as well, so what it was answered has to be looked at.
    assert [("/v1/accounts", 200)] == [(one["path"], one["status"]) for one in meeting.shown.requests()]


def test_a_wrong_key_fails_their_check(meeting):
    status, _ = replace(meeting.connector, key="sk_test_wrong").check()

    assert "FAILED" == status


def test_they_read_exactly_the_records_that_we_read(meeting, read):
    customers = {"connector": "rest", "list": {"path": "/v1/customers", "params": {"limit": 100}, "records": "data"}}
    customers |= {"paging": {"type": "has_more"}, "key": "metadata.customer_number"}
    customers |= {"status": {"field": "object", "active": ["customer"]}}
    subscriptions = {"connector": "stripe", "key": "customer.metadata.customer_number"}

    assert ours(meeting.shown, **customers) == read.ids("customers")
    assert ours(meeting.shown, **subscriptions) == read.ids("subscriptions")
    assert read.ids("subscriptions") == {item["subscription"] for item in read.records("subscription_items")}
    assert dict.fromkeys(STREAMS, "COMPLETE") == read.ended()


def test_they_read_as_many_records_as_the_story_has_none_twice(meeting, read):
    story = meeting.shown.scene.state.story

    assert [1_301] * 3 == [len(read.records(stream)) for stream in STREAMS]
    assert [1_301] * 3 == [len(read.ids(stream)) for stream in STREAMS]
    assert {"active": story.billing_running, "canceled": story.billing_pulled - story.billing_running} == Counter(
        one["status"] for one in read.records("subscriptions")
    )


def test_the_demo_understood_every_request_of_theirs(reading):
    _, requests = reading

    assert {("/v1/customers", 200), ("/v1/subscriptions", 200)} == {(one["path"], one["status"]) for one in requests}
    # They ask for a year of creation at a time, since 2017, and walk each to its end. The items come with the rest.
    assert all("created%5Bgte%5D=" in one["query"] and "created%5Blte%5D=" in one["query"] for one in requests)
    assert any("starting_after=" in one["query"] for one in requests)


def test_nothing_of_theirs_left_this_machine(meeting, read):
    assert read.said
    assert {f"{HOST}:443"} == set(meeting.tunnel.asked)
