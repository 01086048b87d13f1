"""How is the summary coloured on a terminal?

The words stay those of `terminal.py`; rich honours NO_COLOR and leaves pipes uncoloured.
"""

from rich.console import Console
from rich.text import Text

from reconciliation_pipeline.domain.records import Outcome
from reconciliation_pipeline.domain.result import MorningResult, symbol
from reconciliation_pipeline.domain.wording import first_words
from reconciliation_pipeline.reporting.terminal import summary
from reconciliation_pipeline.settings.model import Reconciliation

COLOURS = {Outcome.CLEAN: "green", Outcome.DRIFT: "yellow", Outcome.NOT_TRUSTWORTHY: "red"}
"""One accent for each outcome."""


def styled(result: MorningResult, reconciliation: Reconciliation) -> Text:
    """Colour the summary: its outcome, its commands, and what is only a remark."""
    text = Text(summary(result, reconciliation))
    colour = COLOURS[result.outcome]
    text.highlight_regex(rf"(?<=· ){symbol(result.outcome)}(?=\n)", f"bold {colour}")
    text.highlight_regex(r"(?m)\bincomplete$|\bunproven$|\bnot pulled$", "red")
    text.highlight_regex(r"[\d,]+ to act on", f"bold {colour}")
    text.highlight_regex(rf"{first_words(rekeyed=False)}|{first_words(rekeyed=True)}|\n  next: [\s\S]*", "dim")
    return text


def show(result: MorningResult, reconciliation: Reconciliation, console: Console) -> None:
    """Print the summary; long lines are left to the terminal, so that copied text stays whole."""
    console.print(styled(result, reconciliation), soft_wrap=True)
