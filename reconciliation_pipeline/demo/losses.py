"""How does the automation between the two sides lose events?

Each function lets one event happen that never arrives, or arrives wrongly, on the other side,
for one of the reasons that make integrations drift while every run stays green.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

from reconciliation_pipeline.demo.calendar import Moment
from reconciliation_pipeline.demo.lives import Life, Loss, Version, Why
from reconciliation_pipeline.demo.plans import DEALS, Deal


def lose_cancellation_from_crm(life: Life, moment: Moment, rng: Random) -> None:
    """Cancel in the CRM; billing goes on charging."""
    life.happen("crm", replace(life.latest, at=moment.at, active=False), None)
    why = rng.choice((Why.LOST_WEBHOOK, Why.CHANGED_BY_HAND, Why.HALF_FINISHED_RUN))
    life.loss = Loss(moment.at, why)


def lose_cancellation_from_billing(life: Life, moment: Moment, rng: Random) -> None:
    """Cancel in billing; the CRM goes on believing in the customer."""
    life.happen("billing", replace(life.latest, at=moment.at, active=False), None)
    life.loss = Loss(moment.at, rng.choice((Why.LOST_WEBHOOK, Why.CHANGED_BY_HAND)))


def lose_signup_from_billing(life: Life, moment: Moment, deal: Deal, rng: Random) -> None:
    """Sign up in billing; the CRM never learns of the customer."""
    life.happen("billing", Version(moment.at, deal), None)
    why = rng.choice((Why.REQUIRED_FIELD, Why.LOST_WEBHOOK, Why.CHANGED_BY_HAND, Why.HALF_FINISHED_RUN))
    life.loss = Loss(moment.at, why)


def lose_signup_from_crm(life: Life, moment: Moment, deal: Deal) -> None:
    """Sign up in the CRM; billing refuses the customer for a missing field and nobody sees it."""
    life.happen("crm", Version(moment.at, deal), None)
    life.loss = Loss(moment.at, Why.REQUIRED_FIELD)


def swap_two_changes(life: Life, moment: Moment, rng: Random) -> None:
    """Change the plan twice in billing; the CRM hears of the second change first and keeps the first."""
    first, second = rng.sample([deal for deal in DEALS if deal != life.latest.deal], 2)
    heard = moment.at + moment.lag
    life.billing.append(Version(moment.at, first))
    life.billing.append(Version(moment.at + timedelta(seconds=40), second))
    life.crm.append(Version(heard, second))
    life.crm.append(Version(heard + timedelta(seconds=5), first))
    life.loss = Loss(moment.at, Why.WRONG_ORDER)
