"""What is read from the environment, and what is refused?"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciliation_pipeline.settings.environment import read_environment
from reconciliation_pipeline.settings.mistakes import EnvironmentBroken

URL = "postgresql://recon:canary@db.example.com/recon"


def test_without_variables_everything_is_in_the_current_folder_and_in_sqlite():
    read = read_environment({})

    assert (Path.cwd(), Path.cwd() / ".recon", Path.cwd() / "reconciliations") == (read.root, read.home, read.config)
    assert (None, None) == (read.postgres_url, read.pretended_now)


def test_a_variable_set_to_nothing_counts_as_not_set():
    empty = {"RECON_HOME": "", "RECON_CONFIG": "", "RECON_POSTGRES_URL": "", "RECON_NOW": "", "DAGSTER_HOME": ""}

    assert read_environment({}) == read_environment(empty)


def test_folders_lie_in_the_project_unless_they_are_named():
    read = read_environment({"DAGSTER_HOME": "/srv/recon", "RECON_CONFIG": "/etc/recon"})

    assert ("/srv/recon", "/srv/recon/.recon", "/etc/recon") == (str(read.root), str(read.home), str(read.config))


def test_a_relative_folder_starts_at_the_current_one():
    read = read_environment({"DAGSTER_HOME": "/srv/recon", "RECON_HOME": "state"})

    assert Path.cwd() / "state" == read.home


def test_the_database_address_is_read_and_never_shown():
    read = read_environment({"RECON_POSTGRES_URL": URL})

    assert URL == read.postgres_url
    assert "canary" not in repr(read)


def test_another_database_address_is_refused_without_repeating_it():
    with pytest.raises(EnvironmentBroken) as broken:
        read_environment({"RECON_POSTGRES_URL": "mysql://recon:canary@db/recon"})

    assert (
        "RECON_POSTGRES_URL is not the address of a Postgres database. "
        "Set it to postgresql://user:password@host/database, or unset it for SQLite."
    ) == str(broken.value)


@pytest.mark.parametrize("text", ["2026-11-22T04:00:00+01:00", "2026-11-22T03:00:00Z", "2026-11-22 03:00+00:00"])
def test_a_pretended_instant_is_read_with_its_offset(text):
    assert datetime(2026, 11, 22, 3, tzinfo=UTC) == read_environment({"RECON_NOW": text}).pretended_now


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-11-22T04:00:00", "RECON_NOW has no offset, so it could be any of 24 hours."),
        ("2026-11-22", "RECON_NOW has no offset, so it could be any of 24 hours."),
        ("tomorrow", "RECON_NOW is not an instant."),
        ("2026-02-30T04:00:00Z", "RECON_NOW is not an instant."),
    ],
)
def test_an_instant_that_could_be_another_is_refused(text, problem):
    with pytest.raises(EnvironmentBroken) as broken:
        read_environment({"RECON_NOW": text})

    assert problem == broken.value.text
    assert "Write one like 2026-11-22T04:00:00+01:00, or unset it for the real time." == broken.value.remedy


def test_the_pages_that_people_open_are_read_without_their_last_slash():
    read = read_environment(
        {"RECON_UI_URL": "https://dagster.example.com/ops/", "RECON_REPORTS_URL": "https://intranet.example/recon/"}
    )

    assert ("https://dagster.example.com/ops", "https://intranet.example/recon") == (read.ui_url, read.reports_url)


@pytest.mark.parametrize("variable", ["RECON_UI_URL", "RECON_REPORTS_URL"])
def test_what_is_no_page_is_refused(variable):
    with pytest.raises(EnvironmentBroken, match=f"{variable} is not the address of a page"):
        read_environment({variable: "javascript:alert(1)"})
