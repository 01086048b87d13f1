"""Does whoever is woken at seven find every name, reason and message in the runbook?"""

import ast
from pathlib import Path

import pytest

from reconciliation_pipeline.channels.deliver import FIRST_WAIT, LONGEST_WAIT
from reconciliation_pipeline.connectors import errors
from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.checks import claim_of
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.domain.records import Cause, Grade, Kind, MoneyClass, Outcome, Reason
from reconciliation_pipeline.domain.spikes import COLD, LEAST_WEEK, MASS, MASS_SHARE, NOTICE, WEEK_ALARM
from reconciliation_pipeline.domain.usual import ALARM, LEAST, SETTLED, WINDOW
from reconciliation_pipeline.settings.load import Broken, load_all
from reconciliation_pipeline_tests.builders import REASON_CODES
from reconciliation_pipeline_tests.docs import pages

PAGE = "docs/runbook.md"


def table(heading: str) -> set[str]:
    return set(pages.first_column(pages.section(pages.text_of(PAGE), heading)))


def words_of_errors() -> set[str]:
    """Give the code of every way a pull can fail."""
    failures = [errors.PullFailed]
    for failure in failures:
        failures += failure.__subclasses__()
    return {failure.code for failure in failures}


def emitted() -> set[str]:
    """Give every reason code that the package can put into a refusal."""
    return words_of_errors() | pages.literal_arguments("Reason")


@pytest.fixture(scope="module")
def repository():
    """Everything Dagster loads: the shipped pair, and one whose file is broken."""
    shipped = [one.reconciliation for one in load_all(pages.ROOT / "reconciliations", {}).reconciliations]
    return build_definitions(shipped, [Broken("broken", Path("broken.yaml"), ())]).get_repository_def()


def named(names: set[str]) -> set[str]:
    """Give those of the names that the runbook does not hold in backticks."""
    return names - set(pages.spans(pages.text_of(PAGE)))


def test_every_asset_has_its_line(repository):
    keys = {key.to_user_string().removeprefix("broken/") for key in repository.assets_defs_by_key}

    assert keys == table("Assets")


def test_every_check_has_its_line(repository):
    assert {key.name for key in repository.asset_checks_defs_by_key} == table("Checks")


def test_every_job_schedule_and_sensor_is_named(repository):
    jobs = {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    schedules = {schedule.name for schedule in repository.schedule_defs}
    sensors = {sensor.name for sensor in repository.sensor_defs}
    ours = {name for name in jobs | schedules | sensors if not name.startswith("broken")}

    assert ours == table("Jobs, schedules and sensors")


def test_every_reason_that_can_occur_has_its_line_and_no_other():
    assert emitted() == table("Reasons")


def test_every_reason_that_can_occur_is_promised_to_scripts():
    assert emitted() <= REASON_CODES


def test_a_reason_that_is_not_written_out_comes_from_a_pull_that_failed():
    dynamic = {
        ast.unparse(call.args[0])
        for call in pages.calls("Reason")
        if call.args and not isinstance(call.args[0], ast.Constant)
    }

    assert {"failed.code"} == dynamic


@pytest.mark.parametrize("check", ["count_is_plausible", "keys_are_usable"])
def test_a_check_lists_the_reasons_it_shows(check):
    lines = pages.rows(pages.section(pages.text_of(PAGE), "Checks"))
    told = next(row[-1] for row in lines if row[0] == f"`{check}`")

    assert {code for code in emitted() if claim_of(Reason(code, "")) == check} == set(pages.spans(told))


def test_every_topic_of_a_message_has_its_line():
    assert {*map(str, Topic)} == table("Messages")


def test_the_rules_of_a_spike_are_told_with_their_numbers():
    told = pages.section(pages.text_of("docs/concepts.md"), "Spikes")

    for number in (
        f"the last {WINDOW} trusted mornings",
        f"at least {LEAST} new, and a chance below {NOTICE:.0%}".replace("%", " %"),
        f"at least {LEAST} new, and a chance below {ALARM:.1%}".replace("%", " %"),
        f"at least {LEAST_WEEK} within seven days, and a chance below {WEEK_ALARM:.1%}".replace("%", " %"),
        f"at least {MASS} new, and at least {MASS_SHARE:.0%} of the customers".replace("%", " %"),
        f"up to morning {COLD} ",
        f"From {SETTLED} mornings on",
    ):
        assert number in told, number


def test_the_waits_of_the_outbox_are_told():
    assert (60, 3600) == (FIRST_WAIT.total_seconds(), LONGEST_WAIT.total_seconds())
    assert "after a minute" in pages.text_of(PAGE)
    assert "up to an hour apart" in pages.text_of(PAGE)


@pytest.mark.parametrize("words", [Kind, Cause, MoneyClass, Grade])
def test_the_vocabulary_stands_in_the_concepts(words):
    told = pages.text_of("docs/concepts.md")

    assert [] == [word for word in words if f"`{word}`" not in told and f"*{word}*" not in told]


def test_the_outcomes_stand_in_the_concepts():
    outcomes = pages.rows(pages.section(pages.text_of("docs/concepts.md"), "Three outcomes"))

    assert [str(outcome).replace("_", " ") for outcome in Outcome] == [row[0] for row in outcomes]
