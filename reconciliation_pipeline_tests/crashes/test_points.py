"""Are points named so that they are the same every night, and is no function forgotten that writes?"""

from pathlib import Path

import pytest

from reconciliation_pipeline_tests.crashes.points import plain_name
from reconciliation_pipeline_tests.crashes.published import HOW, KILLS, ours, published
from reconciliation_pipeline_tests.crashes.scenes import SCENES
from reconciliation_pipeline_tests.crashes.writers import ELSEWHERE, ROOT, writers


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("snapshots/pair/2026-11-22/001/.crm.parquet.4711.tmp", "crm.parquet"),
        ("diffs/pair/2026-11-22/.001.json.4711.tmp", "N.json"),
        ("snapshots/pair/2026-11-22", "DATE"),
        ("digests/0a1b2c3d4e5f6071/.4711-0a1b2c3d4e5f6071.parquet", "HASH.parquet"),
        ("pace/127.0.0.1_34567-0a1b2c3d4e5f6071", "pace"),
        ("spill/compare-ab12_xyz", "compare-X"),
    ],
)
def test_a_file_is_named_without_what_differs_from_night_to_night(path, name):
    assert name == plain_name(Path(path))


def passed() -> set[str]:
    """Give the functions in which some scene was killed."""
    points = {one.point for part in published() if part.kind == KILLS for one in part.results}
    return {place.partition(":")[0] for place in ours(points)}


def test_every_function_that_writes_is_one_in_which_a_scene_is_killed():
    known = passed()
    modules = {name.rpartition(".")[0] for name in known}
    forgotten = [
        f"{module}.{written}"
        for module, every in writers().items()
        for written in every
        if module not in ELSEWHERE
        and f"{module}.{written.partition(':')[0]}" not in known | ELSEWHERE.keys()
        and not (written.startswith("_") and module in modules)
    ]

    assert [] == forgotten, f"no scene writes there; add one to scenes.py, then {HOW}"


def test_every_function_that_is_excused_still_writes():
    written = writers()
    every = {*written, *(f"{module}.{one.partition(':')[0]}" for module in written for one in written[module])}

    assert set() == ELSEWHERE.keys() - every
    assert ROOT.is_dir()


def test_every_scene_was_killed_somewhere():
    killed = {one.scene for part in published() if part.kind == KILLS for one in part.results}

    assert [] == [scene.title for scene in SCENES if scene.title not in killed]
