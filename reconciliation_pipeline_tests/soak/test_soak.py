"""Is what grows found, and does one process live through a few mornings without growing?"""

from dataclasses import replace

import pytest

from reconciliation_pipeline_tests.soak.chart import steps
from reconciliation_pipeline_tests.soak.mornings import PARTS, Measured, play
from reconciliation_pipeline_tests.soak.report import grown

FLAT = [
    Measured(number, 3.0, 2.0, "drift", 2000 + number, 44, 250 << 20, 3, 12, 0, 9 * number, dict.fromkeys(PARTS, 1), 1)
    for number in range(1, 401)
]


def later(**changes) -> list[Measured]:
    return [*FLAT[:300], *(replace(one, **changes) for one in FLAT[300:])]


def test_what_stays_as_it_is_has_not_grown():
    assert [] == grown(FLAT)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rss": 290 << 20}, "memory: 1.16 times as much"),
        ({"busy": 2.4}, "computing: 1.20 times as long, with 1.17 times as many records"),
        ({"handles": 4}, "open files: 4, and 3 at first"),
        ({"threads": 13}, "threads: 13, and 12 at first"),
        ({"children": 1}, "child processes: 1, and 0 at first"),
        ({"temporary": 2}, "temporary files: 2, and 1 at first"),
        ({"outcome": "not_trustworthy"}, "mornings that were not_trustworthy"),
    ],
)
def test_what_grows_is_named(changes, said):
    assert [said] == grown(later(**changes))


@pytest.mark.parametrize(
    ("top", "found"),
    [(0, [0]), (1, [0, 0.5, 1]), (4, [0, 1, 2, 3, 4]), (12, [0, 5, 10, 15]), (260, [0, 100, 200, 300])],
)
def test_an_axis_has_round_numbers(top, found):
    assert found == pytest.approx(steps(top))


@pytest.mark.slow
def test_ten_mornings_in_one_process_leave_no_handle_thread_child_or_file_behind(tmp_path):
    lived = list(play(tmp_path, 10))

    assert ["drift"] * 10 == [one.outcome for one in lived]
    first, last = lived[1], lived[-1]
    assert (first.handles, 0, 1) == (last.handles, last.children, last.temporary)
    # One that is just ending may still be there.
    assert min(one.threads for one in lived[-3:]) <= first.threads
