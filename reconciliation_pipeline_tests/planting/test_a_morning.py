"""A whole morning: what is told of planted differences, where do they leave traces, and what does a miss do?"""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline.compare.engine import compare_and_trace
from reconciliation_pipeline.defs.checks import PLANTED_FOUND, _diff_result
from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt, Standing
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.completeness import Untrusted
from reconciliation_pipeline.domain.plants import RESERVED
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.result import to_json
from reconciliation_pipeline.reporting.export import export
from reconciliation_pipeline.reporting.terminal import summary
from reconciliation_pipeline.steps.compare import compare_morning
from reconciliation_pipeline.steps.describe import describe, lives_until
from reconciliation_pipeline.steps.morning import gather
from reconciliation_pipeline.steps.record import record_morning
from reconciliation_pipeline.steps.report import write_report
from reconciliation_pipeline.steps.tell import tell_morning
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.faults.run import Nobody
from reconciliation_pipeline_tests.planting.pairs import CENT, CSV, FOLDS, MRR, PLAN, TIMED, pair

HEADER = "id,number,status,created,changed,plan,mrr,currency\n"
OLD = "2026-01-01,2026-01-01"
RECORDS = [f"{number},C{number},active,{OLD},pro,49.00,EUR\n" for number in range(200)]
ANY_PLANTED = re.compile(re.escape(RESERVED) + "[0-9a-f]{8}")


@dataclass
class Company:
    """Two exports, and all that a morning leaves behind."""

    home: Path
    store: Store
    days: int = 0

    @property
    def morning(self) -> date:
        return MORNING + timedelta(days=self.days)

    @property
    def work(self) -> Work:
        sides = {
            side: {**CSV, **TIMED, "path": str(self.home / f"{side}.csv"), "fields": {**PLAN, **MRR}} for side in Side
        }
        settings = pair({**sides[Side.CRM]}, {**sides[Side.BILLING], **FOLDS}, "plan", CENT)
        return Work(settings, self.store, {}, clock=lambda: NOW + timedelta(days=self.days))

    def pull(self, crm: list[str], billing: list[str], morning: date | None = None) -> Attempt:
        for side, lines in zip(Side, (crm, billing), strict=True):
            (self.home / f"{side}.csv").write_text(HEADER + "".join(lines))
            word = AcceptedCount("pair", side, self.morning, len(lines), "Ana", "read off the screen", NOW)
            self.store.confirmed_counts.keep(word)
        return gather(self.work, morning or self.morning, run_id="run", watch=Nobody()).attempt


@pytest.fixture
def company(tmp_path) -> Iterator[Company]:
    home = tmp_path / "home"
    home.mkdir()
    with Store.open(home, None) as store:
        yield Company(home, store)


def blind(files, by):
    """A comparison that finds no conflict."""
    whole, places = compare_and_trace(files, by)
    return replace(whole, discrepancies=tuple(one for one in whole.discrepancies if one.fields == ())), places


def test_every_summary_says_that_all_was_found(company):
    company.pull(RECORDS, RECORDS[1:])
    attempt, comparison = compare_morning(company.work, MORNING)
    record_morning(company.work, MORNING)

    result = describe(company.work, attempt)

    assert {"found": 31, "of": 31} == to_json(result)["planted"]
    assert "  31 of 31 planted differences found" in summary(result, company.work.reconciliation).splitlines()
    assert (200, 199) == tuple(comparison.balances[side].pulled for side in Side)
    assert ["C0"] == [one.key for one in comparison.discrepancies]


def test_nothing_was_planted_into_a_morning_that_was_not_compared(company):
    company.pull(RECORDS, [])
    attempt = company.store.attempts.latest("pair", MORNING)

    assert {"found": 0, "of": 0} == to_json(describe(company.work, attempt))["planted"]


def test_nothing_that_was_planted_is_left_anywhere(company):
    company.pull(RECORDS, RECORDS[1:])
    compare_morning(company.work, MORNING)
    record_morning(company.work, MORNING)
    tell_morning(company.work, MORNING)
    write_report(company.work, MORNING, company.home / "reports")
    export(lives_until(company.work, MORNING), company.home / "drift.csv", "csv")
    export(lives_until(company.work, MORNING), company.home / "drift.jsonl", "jsonl")

    kept = {str(path.relative_to(company.home)): _text_of(path) for path in company.home.rglob("*") if path.is_file()}

    assert {"drift.csv", "drift.jsonl", "ledger.sqlite", "reports/pair/2026-11-22.html"} <= kept.keys()
    assert {".parquet", ".json"} <= {Path(name).suffix for name in kept}
    assert [] == [name for name, text in kept.items() if ANY_PLANTED.search(text)]
    assert all("C0" in kept[name] for name in ("drift.csv", "drift.jsonl", "ledger.sqlite"))


def _text_of(path: Path) -> str:
    """Everything a file says, whatever its format compresses."""
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    if path.name == "ledger.sqlite":
        with sqlite3.connect(path) as connection:
            return "\n".join(connection.iterdump())
    return path.read_bytes().decode("utf-8", "replace")


def test_a_morning_of_the_archive_is_planted_into_as_of_its_day(company):
    company.pull(RECORDS, RECORDS[1:])
    then = compare_morning(company.work, MORNING)[1]
    company.days = 40

    gathered = gather(company.work, MORNING, run_id="later", watch=Nobody())
    now = compare_morning(company.work, MORNING)[1]

    assert gathered.from_archive
    assert then == now
    assert now.planted is not None
    assert now.planted.is_proof


class TestAMiss:
    @pytest.fixture
    def missed(self, company) -> tuple[Attempt, Comparison]:
        company.pull(RECORDS, [*RECORDS[1:], RECORDS[0].replace("pro", "basic")])
        compare_morning(company.work, MORNING, compare=blind)
        attempt = company.store.attempts.latest("pair", MORNING)
        assert attempt is not None
        return attempt, company.store.diffs.load(attempt)

    def test_takes_trust_back_and_says_what_was_missed(self, missed):
        attempt, _ = missed
        reason = attempt.reasons[0]

        assert (Standing.REFUSED, "planted_missed") == (attempt.standing, reason.code)
        assert reason.text.startswith(
            "20 of 31 planted differences found, so real ones may be missing or wrong, too. "
            "plan with another text: not found; plan empty in the CRM: not found; "
        )
        assert reason.text.endswith("; and 8 more.")
        assert reason.remedy

    def test_is_not_recorded_and_is_told(self, company, missed):
        with pytest.raises(Untrusted, match="20 of 31 planted differences found"):
            record_morning(company.work, MORNING)

        (message,) = company.store.outbox.all("pair")
        assert "pair/2026-11-22/not_trustworthy" == message.message.key
        assert "20 of 31 planted differences found" in "\n".join(message.message.lines)
        assert not ANY_PLANTED.search(json.dumps(message.message.lines))

    def test_is_in_the_result_that_scripts_read(self, company, missed):
        said = to_json(describe(company.work, missed[0]))

        assert ("not_trustworthy", {"found": 20, "of": 31}) == (said["outcome"], said["planted"])

    def test_is_a_red_check_that_blocks(self, company, missed):
        attempt, comparison = missed

        result = _diff_result(attempt, comparison, PLANTED_FOUND, company.work.reconciliation)

        assert not result.passed
        assert (result.description or "").startswith("20 of 31 planted differences found")
        assert "- plan with another text: not found" in str(result.metadata["missed"].value)


def test_a_comparison_from_before_anything_was_planted_is_no_proof(company):
    attempt = company.pull(RECORDS, RECORDS)
    _, comparison = compare_morning(company.work, MORNING)

    result = _diff_result(attempt, replace(comparison, planted=None), PLANTED_FOUND, company.work.reconciliation)

    assert not result.passed
    assert "nothing shows that it would have found a difference" in (result.description or "")


def test_a_check_that_passes_says_the_line(company):
    attempt = company.pull(RECORDS, RECORDS)

    result = _diff_result(
        attempt, compare_morning(company.work, MORNING)[1], PLANTED_FOUND, company.work.reconciliation
    )

    assert (True, "31 of 31 planted differences found.") == (result.passed, result.description)
    assert (31, 31) == tuple(result.metadata[name].value for name in ("planted found", "planted of"))
