"""Keep what people decide about differences, if it can be meant.

Nothing is changed but the list of decisions; what they come to is derived whenever somebody looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from reconciliation_pipeline.domain.decisions import Action, Decision
from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.spelling import counted, plain
from reconciliation_pipeline.steps.describe import lives_until
from reconciliation_pipeline.steps.work import Work

SHOWN: Final = 20
"""Differences that are named; of more only the count is told."""


class CannotDecide(Exception):
    """A decision that makes no sense, in a sentence."""

    def __init__(self, text: str, *, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to decide, about whatever.

    Attributes:
        action: What.
        by: Who, as claimed.
        reason: Why.
        to: For an assignment, who answers for it from now on.
        until: For an acceptance, the last morning it holds.
    """

    action: Action
    by: str
    reason: str
    to: str | None = None
    until: date | None = None


def decide(work: Work, items: Sequence[str], wish: Wish) -> tuple[Life, ...]:
    """Decide the same about some differences, about all of them or about none.

    Returns:
        What has become of them, in the order given.

    Raises:
        CannotDecide: The wish lacks something, or one of the differences does not allow it.
    """
    _refuse_half_a_wish(work, wish)
    known = {life.latest.item: life for life in lives_until(work, None, items)}
    chosen = []
    for item in dict.fromkeys(items):
        if item not in known:
            text = f"{work.id} has no difference with the id {item!r}."
            raise CannotDecide(text, remedy=f"`recon list {work.id}` shows them.")
        _refuse_nonsense(known[item], wish)
        chosen.append(known[item])
    at = work.now()
    work.store.decisions.keep(
        [
            Decision(
                reconciliation=work.id,
                item=life.latest.item,
                signature=life.latest.signature,
                action=wish.action,
                by=plain(wish.by),
                reason=plain(wish.reason),
                at=at,
                to=plain(wish.to) if wish.to else None,
                until=wish.until,
            )
            for life in chosen
        ]
    )
    now = {life.latest.item: life for life in lives_until(work, None, [life.latest.item for life in chosen])}
    return tuple(now[life.latest.item] for life in chosen)


def in_words(wish: Wish, lives: Sequence[Life]) -> tuple[str, dict[str, str]]:
    """Say what was decided about which differences, in a sentence and by name."""
    more = f" and {len(lives) - SHOWN:,} more" if len(lives) > SHOWN else ""
    details = {
        "decision": wish.action.value,
        "differences": ", ".join(life.latest.item for life in lives[:SHOWN]) + more,
        "by": plain(wish.by),
        "reason": plain(wish.reason),
        "to": plain(wish.to or ""),
        "until": wish.until.isoformat() if wish.until else "",
    }
    said = f"{plain(wish.by)}: {wish.action} {counted(len(lives), 'difference')}"
    return said, {name: text for name, text in details.items() if text}


def _refuse_half_a_wish(work: Work, wish: Wish) -> None:
    if not wish.by.strip() or not wish.reason.strip():
        text = "Who decides and why is part of the record."
        raise CannotDecide(text, remedy="Say both: --by and --reason.")
    if (wish.action is Action.ASSIGN) != bool(wish.to and wish.to.strip()):
        text = "An assignment, and nothing else, says who answers from now on."
        raise CannotDecide(text, remedy="Say --to OWNER with `assign`, and only there.")
    if (wish.action is Action.ACCEPT) != (wish.until is not None):
        text = "An acceptance, and nothing else, says how long it holds: nothing is accepted for ever."
        raise CannotDecide(text, remedy="Say --until DATE with `accept`, and only there.")
    if wish.until is not None and wish.until < work.today():
        text = f"{wish.until} is over, so the acceptance would never hold."
        raise CannotDecide(text, remedy=f"Name a day from {work.today()} on.")


def _refuse_nonsense(life: Life, wish: Wish) -> None:
    item = life.latest.item
    if wish.action in {Action.ACCEPT, Action.QUARANTINE} and not life.is_there:
        text = f"{item} is resolved since {life.resolved_on}, so there is nothing to {wish.action}."
        raise CannotDecide(text, remedy="Add a note instead, or decide when it is back.")
    holds, shows = life.in_force, f"`recon show {item}` says what holds."
    if wish.action is Action.RELEASE and holds.quarantined is None:
        text = f"{item} is not quarantined."
        raise CannotDecide(text, remedy=shows)
    if wish.action is Action.REOPEN and holds.accepted is None and holds.quarantined is None:
        text = f"{item} is neither accepted nor quarantined."
        raise CannotDecide(text, remedy=shows)
