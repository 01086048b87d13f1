"""Is the folder of a killed comparison removed, and nobody's who is still at work?"""

from reconciliation_pipeline.compare.scratch import scratch


def test_what_a_killed_process_left_is_removed_by_the_next_one(tmp_path):
    left = tmp_path / "compare-of_a_killed_one"
    left.mkdir()
    (left / "spilled").write_bytes(b"much")

    with scratch(tmp_path) as own:
        assert [own] == list(tmp_path.iterdir())
    assert [] == list(tmp_path.iterdir())


def test_two_at_once_leave_each_other_alone(tmp_path):
    with scratch(tmp_path) as one:
        (one / "spilled").write_bytes(b"much")
        with scratch(tmp_path) as other:
            assert {one, other} == set(tmp_path.iterdir())
        assert b"much" == (one / "spilled").read_bytes()


def test_nothing_else_that_lies_there_is_touched(tmp_path):
    (tmp_path / "somebody").mkdir()

    with scratch(tmp_path):
        pass

    assert [tmp_path / "somebody"] == list(tmp_path.iterdir())
