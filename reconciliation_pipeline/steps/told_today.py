"""Is a morning still to be told? Today's is, and yesterday's by the very run that pulled it and went past midnight."""

from datetime import date, timedelta

from reconciliation_pipeline.steps.work import Work


def is_todays(work: Work, morning: date, *, run_id: str = "") -> bool:
    """Say whether people may hear of a morning now; a backfill and a second run of a past one tell nobody.

    Args:
        work: The reconciliation at hand.
        morning: The local date.
        run_id: The run that would tell it; empty where no run is at hand.
    """
    today = work.today()
    if morning == today:
        return True
    if not run_id or morning != today - timedelta(days=1):
        return False
    # What was pulled as of now belongs to the day on which that began, however long it took.
    attempt = work.store.attempts.of_run(run_id)
    return attempt is not None and attempt.live and (attempt.reconciliation, attempt.morning) == (work.id, morning)
