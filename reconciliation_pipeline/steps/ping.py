"""When is a monitor outside told that a morning was trusted? Today's, once, and never for a past one."""

from datetime import date

from reconciliation_pipeline.channels.build import ping_name
from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.quiet import trusted_message
from reconciliation_pipeline.steps.tell import deliver_due
from reconciliation_pipeline.steps.work import Work


def tell_monitor(work: Work, morning: date) -> str:
    """Send the sign of life of a morning; a monitor that cannot be reached stops nothing.

    Returns:
        What was done, in words; empty where nobody outside waits for anything.
    """
    ping = work.reconciliation.ping
    if ping is None:
        return ""
    if morning != work.today():
        return f"{morning} is past: {ping_name(ping)} is told of today's morning only."
    attempt = work.store.attempts.latest_recorded(work.id, morning)
    if attempt is None or attempt.standing is not Standing.TRUSTED or not attempt.live:
        return f"{morning} has no trusted result, so {ping_name(ping)} is not told."
    if not work.store.outbox.put(trusted_message(work.id, morning), [ping_name(ping)], at=work.clock()):
        return f"{ping_name(ping)} was told before."
    deliver_due(work)
    return f"{ping_name(ping)} is told that {morning} was trusted."
