"""A browser, and the report of a morning that has everything in it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reconciliation_pipeline.reporting.page import Around, page
from reconciliation_pipeline_tests.pages.chromium import Tab, a_tab
from reconciliation_pipeline_tests.reporting.builders import (
    MORNING,
    a_reconciliation,
    a_result,
    conflict,
    lives_of,
    the_story,
)

EVIL = "<img src=http://evil.example/x onerror=document.title=1>&<script>document.title=2</script>"
TREND = [(MORNING - timedelta(days=day), 1_180 - day, 1_224 - 2 * day, 44 - day // 9) for day in range(90)]


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with a_tab() as found:
        yield found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    evil = conflict(EVIL, (EVIL, EVIL, "x" * 400), ("plan", "Pro ", "PRO", True), owner="anna")
    found = [*the_story(), evil]
    path = tmp_path_factory.mktemp("page") / "story.html"
    links = a_reconciliation(link="https://crm.example/{source_id}")
    around = Around(trend=TREND, gaps="2026-11-20 has no trusted result.", ui_url="http://127.0.0.1:3000")
    path.write_text(page(a_result(found), links, lives_of(found), around), encoding="utf-8")
    return path
