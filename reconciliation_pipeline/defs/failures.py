"""How does a step fail? With a sentence and what to do; a traceback is for faults of ours."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg

from reconciliation_pipeline.compare.snapshot import Incomparable
from reconciliation_pipeline.connectors.errors import SourceError
from reconciliation_pipeline.defs import markdown
from reconciliation_pipeline.domain.completeness import Untrusted
from reconciliation_pipeline.domain.records import Reason
from reconciliation_pipeline.steps.decide import CannotDecide
from reconciliation_pipeline.steps.morning import FutureMorning
from reconciliation_pipeline.storage.errors import StorageError


def failed(text: str, reasons: Sequence[Reason] = (), more: Mapping[str, Any] | None = None) -> dg.Failure:
    """Fail a step with a sentence; trying again would not make it true."""
    metadata = {"what to do": dg.MetadataValue.md(markdown.reasons(reasons))} if reasons else {}
    return dg.Failure(description=text, metadata={**metadata, **(more or {})}, allow_retries=False)


@contextmanager
def failing_in_words(refused: str = "Not trustworthy") -> Iterator[None]:
    """Turn whatever is known to go wrong into a failure that says so.

    Args:
        refused: What it means for this step that the morning is not trusted.
    """
    try:
        yield
    except Untrusted as doubt:
        raise failed(f"{refused}: {doubt}", doubt.reasons) from None
    except (SourceError, StorageError, Incomparable) as problem:
        raise failed(f"{problem.text} {problem.remedy}".strip()) from None
    except CannotDecide as refusal:
        raise failed(f"{refusal.text} {refusal.remedy}") from None
    except FutureMorning as problem:
        raise failed(str(problem)) from None
