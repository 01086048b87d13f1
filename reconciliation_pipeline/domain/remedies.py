"""Which command does a remedy mean, with the reconciliation, the side and the day in it?

The rules that object to a pull know neither the name of the pair nor the morning; whoever tells people about it does.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from reconciliation_pipeline.domain.records import Reason, Side

_HOLDS_PLACES: Final = re.compile(r"`recon confirm-count NAME --side (\w+) --date DATE ")


def confirm_command(reconciliation: str, side: Side, morning: date) -> str:
    """Spell the command with which a person confirms a count of one side."""
    who = "--count N --by YOU --reason WHERE"
    return f"recon confirm-count {reconciliation} --side {side} --date {morning} {who}"


def accept_command(reconciliation: str, side: Side, morning: date) -> str:
    """Spell the command with which a person accepts an unusual count of one side."""
    return f"recon accept-count {reconciliation} --side {side} --date {morning} --count N --by YOU --reason WHY"


def filled(reasons: Iterable[Reason], reconciliation: str, morning: date) -> tuple[Reason, ...]:
    """Fill in what the remedies of one morning leave open, so that a command can be copied.

    Args:
        reasons: As the rules gave them.
        reconciliation: Id of the reconciliation.
        morning: The morning they speak of.
    """
    return tuple(replace(one, remedy=_remedy(one, reconciliation, morning)) for one in reasons)


def _remedy(reason: Reason, reconciliation: str, morning: date) -> str:
    told = _HOLDS_PLACES.sub(rf"`recon confirm-count {reconciliation} --side \1 --date {morning} ", reason.remedy)
    if reason.side is None:
        return told
    for bare, spell in (("accept-count", accept_command), ("confirm-count", confirm_command)):
        told = told.replace(f"`recon {bare}`", f"`{spell(reconciliation, reason.side, morning)}`")
    return told
