"""Of whom is it known, having asked for records by name, that they are on their way or that they ended?"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.evidence import Absence, Evidence, Unlisted
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.steps.examine import late_keys, unlisted_keys
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import NOW, an_attempt
from reconciliation_pipeline_tests.other_data.company import rest
from reconciliation_pipeline_tests.other_data.servers import System

NOBODY = System([], url="http://127.0.0.1:9")
"""A system that is never asked."""
ENDED = Unlisted("17", "cancelled", "canceled", None)


def a_work(store: Store, **keys: str) -> Work:
    sides = {"crm": rest(NOBODY), "billing": rest(NOBODY)}
    settings = {"id": "pair", "timezone": "UTC", "sides": sides, "keys": keys}
    return Work(check(yaml.safe_dump(settings).encode(), Path("pair.yaml"), {}), store, {}, clock=lambda: NOW)


def examined(*, vanished: Absence | None = None, counterparts: Absence | None = None) -> Attempt:
    """Give an attempt whose CRM was asked for records."""
    attempt = an_attempt()
    crm = replace(attempt.snapshots[Side.CRM], evidence=Evidence(vanished, counterparts))
    return replace(attempt, snapshots={**attempt.snapshots, Side.CRM: crm})


@pytest.mark.parametrize("asked", ["vanished", "counterparts"])
def test_who_changed_after_the_walk_began_is_on_the_way_whatever_they_were_asked_for_by(store, asked):
    attempt = examined(**{asked: Absence(1, asked=1, late=("C-1",))})

    assert {"C-1"} == late_keys(a_work(store), attempt)


@pytest.mark.parametrize("asked", ["vanished", "counterparts"])
def test_who_ended_in_a_status_that_the_list_leaves_out_is_known_whatever_they_were_asked_for_by(store, asked):
    attempt = examined(**{asked: Absence(1, asked=1, unlisted={"C-1": ENDED})})

    assert {Side.CRM: {"C-1": ENDED}, Side.BILLING: {}} == unlisted_keys(a_work(store), attempt)


def test_what_was_found_by_the_key_itself_is_believed_first(store):
    other = replace(ENDED, source_id="18")
    attempt = examined(
        vanished=Absence(1, asked=1, unlisted={"C-1": other}), counterparts=Absence(1, asked=1, unlisted={"C-1": ENDED})
    )

    assert ENDED == unlisted_keys(a_work(store), attempt)[Side.CRM]["C-1"]


def test_a_record_without_a_key_has_no_difference_that_it_could_explain(store):
    attempt = examined(vanished=Absence(2, asked=2, late=(" 17",), unlisted={" 18": ENDED}))

    assert (frozenset(), {Side.CRM: {}, Side.BILLING: {}}) == told(a_work(store, zeros="ignore"), attempt)


def test_nobody_was_asked_where_nothing_was_examined(store):
    assert (frozenset(), {Side.CRM: {}, Side.BILLING: {}}) == told(a_work(store), an_attempt())


def test_a_difference_is_known_by_what_its_key_means(store):
    attempt = examined(vanished=Absence(1, asked=1, late=("0017",)))

    assert (frozenset({"17"}), {Side.CRM: {}, Side.BILLING: {}}) == told(a_work(store, zeros="ignore"), attempt)


def told(work: Work, attempt: Attempt) -> tuple[frozenset[str], dict[Side, Mapping[str, Unlisted]]]:
    return late_keys(work, attempt), unlisted_keys(work, attempt)
