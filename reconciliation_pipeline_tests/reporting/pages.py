"""Pages of mornings, and what is read out of one."""

from collections.abc import Sequence
from html.parser import HTMLParser

from reconciliation_pipeline.domain.comparison import Comparison, FormatDifference, KeyTrouble
from reconciliation_pipeline.reporting.page import Around
from reconciliation_pipeline.reporting.page import page as written
from reconciliation_pipeline_tests.reporting.builders import (
    MORNING,
    YESTERDAY,
    a_tally,
)

TREND = [(MORNING, 1_180, 1_224, 44), (YESTERDAY, 1_178, 1_220, 41)]


EVIL = "<img src=x onerror=alert(1)>\"'</style><script>alert(2)</script>"


def page(result, reconciliation, lives, trend=(), found=None, **around) -> str:
    return written(result, reconciliation, lives, Around(trend=trend, found=found, **around))


class Elements(HTMLParser):
    """Collects the elements of a page and the text inside them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._inside = tag
        self.attributes += attrs

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.words += data.split()

    @property
    def text(self):
        return " ".join(self.words)


def found_apart(*troubles: KeyTrouble, formats: Sequence[FormatDifference] = ()) -> Comparison:
    return Comparison((), troubles, a_tally().balances, tuple(formats))
