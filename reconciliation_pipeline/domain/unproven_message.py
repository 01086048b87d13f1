"""What do people hear of a morning on which nothing was wrong, as far as could be seen, and nobody vouches for that?

With something open it is a message like any other, marked so; see `drift_message.py`.
"""

from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.domain.records import Grade, Outcome, Side
from reconciliation_pipeline.domain.remedies import confirm_command
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.wording import (
    Words,
    aside_words,
    format_words,
    keys_words,
    settling_words,
    sides_line,
    unknown_words,
)

UNPROVEN = "unproven"
"""Its part of the topic: a refusal of the same morning is told beside it."""


def unproven_message(result: MorningResult, words: Words, *, owner: str = "") -> Message | None:
    """Build the message of an unproven morning with nothing to act on; None on every other one.

    Args:
        result: What the morning came to.
        words: How people talk about it.
        owner: Who it is for.
    """
    counts = result.differences
    if not result.is_unproven or counts is None or result.outcome is Outcome.DRIFT:
        return None
    name, snapshots = result.reconciliation, result.attempt.snapshots
    waiting = [side for side in Side if snapshots[side].certificate.grade is Grade.UNPROVEN]
    apart = (aside_words(counts), format_words(counts), keys_words(counts), unknown_words(counts))
    found = "Nothing to act on was found among these records."
    lines = (
        sides_line(result, words),
        f"{found} Nobody has confirmed that they are all of them, so this morning is not trusted.",
        *([f"{settling_words(counts, words)}."] if counts.settling else []),
        *(f"{each}." for each in apart if each),
        "Read the count off the system's own screen, put it in the place of N, and say where you read it:",
        *(f"`{confirm_command(name, side, result.morning)}`" for side in waiting),
        "Where it is what arrived, the morning is trusted at once; nothing has to be run again.",
    )
    whose = " and ".join(words.name(side) for side in waiting)
    title = f"{name}: UNPROVEN, nobody has confirmed the counts of {whose}"
    return Message(name, result.morning, Topic.NOT_TRUSTWORTHY, title, lines, owner, about=UNPROVEN)
