"""Whoever asks snapshot files anything gets a bounded part of the machine."""

from pathlib import Path

from reconciliation_pipeline.storage.asking import THREADS, asking


def setting(name: str) -> str:
    with asking() as connection:
        return str(connection.execute("SELECT current_setting($name)", {"name": name}).fetchall()[0][0])


def test_no_question_takes_the_whole_memory_of_the_machine():
    assert "488.2 MiB" == setting("memory_limit")
    assert 1 <= int(setting("threads")) <= THREADS


def test_what_does_not_fit_is_put_aside_in_a_folder_that_only_we_can_read():
    folder = Path(setting("temp_directory"))

    assert folder.is_dir()
    assert 0o700 == folder.stat().st_mode & 0o777
    assert Path.cwd() not in folder.parents
