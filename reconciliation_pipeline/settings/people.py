"""When does a morning run, who answers for what it finds, and where are they told?"""

from typing import Literal

from reconciliation_pipeline.settings.values import Cron, Strict, VariableName


class Schedule(Strict):
    """When the morning runs."""

    cron: Cron = "0 4 * * *"
    """Minute and hour, daily or on one weekday, in the reconciliation's time zone."""


class Owners(Strict):
    """Who answers for what; `default` for everything that has no other owner."""

    default: str = "unassigned"
    """Whoever answers for everything else."""
    crm_only: str | None = None
    """Whoever answers for customers that billing does not charge."""
    billing_only: str | None = None
    """Whoever answers for charges the CRM knows no customer for."""
    value_conflict: str | None = None
    """Whoever answers for values that differ."""


class Channel(Strict):
    """Where messages go."""

    type: Literal["slack", "teams", "smtp", "webhook"]
    """What kind of receiver it is."""
    url_env: VariableName
    """Variable that holds the address; an incoming webhook's address is a credential."""
    local: bool = False
    """The receiver runs on this machine or network: plain http is allowed."""
    secret_env: VariableName | None = None
    """Variable that holds the secret a webhook's messages are signed with."""
