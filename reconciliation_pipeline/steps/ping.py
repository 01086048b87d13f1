"""When is a monitor outside told that a morning was trusted? Of today's, once, and never of a past one."""

from datetime import date

from reconciliation_pipeline.channels.build import ping_name
from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.quiet import trusted_message
from reconciliation_pipeline.steps.tell import deliver_due
from reconciliation_pipeline.steps.told_today import is_todays
from reconciliation_pipeline.steps.work import Work


def tell_monitor(work: Work, morning: date, *, run_id: str = "") -> str:
    """Send the sign of life of a morning; a monitor that cannot be reached stops nothing.

    Args:
        work: The reconciliation at hand.
        morning: The local date.
        run_id: The run that tells it; one that went past midnight still does, once.

    Returns:
        What was done, in words; empty where nobody outside waits for anything.
    """
    ping = work.reconciliation.ping
    if ping is None:
        return ""
    if not is_todays(work, morning, run_id=run_id):
        return f"{morning} is past: {ping_name(ping)} is told of today's morning only."
    attempt = work.store.attempts.latest_recorded(work.id, morning)
    if attempt is None or attempt.standing is not Standing.TRUSTED or not attempt.live:
        return f"{morning} has no trusted result, so {ping_name(ping)} is not told."
    if not work.store.outbox.put(trusted_message(work.id, morning), [ping_name(ping)], at=work.clock()):
        return f"{ping_name(ping)} was told before."
    deliver_due(work, ping_of=morning)
    return f"{ping_name(ping)} is told that {morning} was trusted."
