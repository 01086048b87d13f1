"""Messages in a line."""

from datetime import date

from reconciliation_pipeline.domain.messages import Message, Topic

MORNING = date(2026, 11, 22)


def a_message(
    title: str = "crm_billing: 44 differences to act on",
    *lines: str,
    topic: Topic = Topic.DRIFT,
    name: str = "crm_billing",
) -> Message:
    """Make a message for finance-ops."""
    return Message(name, MORNING, topic, title, lines or ("31 cancelled.",), "finance-ops")
