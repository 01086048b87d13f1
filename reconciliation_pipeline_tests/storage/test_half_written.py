"""Is what a killed run left half-written removed by the next attempt, whose files have other names?"""

from dataclasses import replace

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.recheck import Recheck
from reconciliation_pipeline.storage.archive import Archive
from reconciliation_pipeline.storage.diffs import Diffs
from reconciliation_pipeline.storage.digests import Digests
from reconciliation_pipeline.storage.rechecks import Rechecks
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW

KILLED = Attempt("pair", MORNING, 1, "killed", live=True, started_at=NOW)
NEXT = replace(KILLED, number=2, run_id="next")


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def half_written(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")


def test_a_half_written_comparison_is_gone_when_the_next_attempt_is_compared(tmp_path):
    half_written(tmp_path / f"pair/{MORNING}/.001.json.4711.tmp")

    Diffs(tmp_path).keep(NEXT, Comparison((), (), {}))

    assert [f"pair/{MORNING}/002.json"] == names(tmp_path)


def test_half_written_answers_are_gone_when_somebody_is_asked_once_more(tmp_path):
    half_written(tmp_path / f"pair/{MORNING}/001/.recheck.json.4711.tmp")

    Rechecks(Archive(tmp_path)).keep(NEXT, Recheck(NOW, "", 0))

    assert [f"pair/{MORNING}/002/recheck.json"] == names(tmp_path)


def test_half_written_digests_are_gone_when_they_are_written(tmp_path):
    half_written(tmp_path / "snapshot/.4711-rules.parquet")
    half_written(tmp_path / "another/.4711-rules.parquet")

    final = Digests(tmp_path).keep("snapshot", "rules", lambda path: path.write_bytes(b"whole"))  # type: ignore[arg-type] # how much was written

    assert ["another/.4711-rules.parquet", f"snapshot/{final.name}"] == names(tmp_path)
