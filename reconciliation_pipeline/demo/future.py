"""How does the demo world go on after the story's instant?

Ordinary days: sign-ups, changes of plan, cancellations, records on their way every morning, and
now and then a lost event. Nothing is lost before the second day.
"""

from collections.abc import Iterator
from random import Random

from reconciliation_pipeline.demo import losses
from reconciliation_pipeline.demo.calendar import Calendar, Moment
from reconciliation_pipeline.demo.lives import Life
from reconciliation_pipeline.demo.past import another_deal, some_deal, some_side
from reconciliation_pipeline.demo.story import Story

EVENTS = ("sign_up", "switch", "cancel", "archive")
EVENT_WEIGHTS = (27, 55, 15, 3)

LOSSES = ("cancel_crm", "cancel_billing", "sign_up_crm", "sign_up_billing", "swap")

FIRST_LOSS = 2
"""The first day after the story's on which an event may be lost."""


def future(rng: Random, story: Story, calendar: Calendar, lives: list[Life]) -> list[Life]:
    """Let the days after the story's instant happen.

    Args:
        rng: Where chance comes from.
        story: How many days, and how busy they are.
        calendar: When they are.
        lives: Every customer so far; those who change get further versions.

    Returns:
        The customers who sign up later on.
    """
    running = [life for life in lives if life.loss is None and life.latest.running]
    newcomers: list[Life] = []
    loss_days = set(_loss_days(rng, story))
    for day in range(story.days_after + 1):
        changes = _moments(rng, story, calendar, day)
        chosen = rng.sample(running, min(len(running), len(changes)))
        born = [born for moment in changes if (born := _event(rng, moment, chosen)) is not None]
        if day in loss_days:
            free = [life for life in running if life.latest.at < calendar.morning(day - 1)]
            born += _loss(rng, calendar.office(day, rng), free)
        newcomers += born
        running = [life for life in (*running, *born) if life.loss is None and life.latest.running]
    return newcomers


def _loss_days(rng: Random, story: Story) -> Iterator[int]:
    """Draw the days on which something is lost: one or two a week."""
    day = FIRST_LOSS + rng.randint(0, 2)
    while day <= story.days_after:
        yield day
        day += rng.randint(3, 7)


def _moments(rng: Random, story: Story, calendar: Calendar, day: int) -> list[Moment]:
    """Draw when something happens on one day; the story's own morning is told elsewhere."""
    lagging = rng.randint(story.lag_min, story.lag_max) if day else 0
    return [
        *(calendar.across(day, rng) for _ in range(lagging)),
        *(calendar.office(day, rng) for _ in range(rng.randint(0, story.events_a_day))),
    ]


def _event(rng: Random, moment: Moment, chosen: list[Life]) -> Life | None:
    """Let one ordinary event happen, to a chosen customer or to a new one, who is returned."""
    event = rng.choices(EVENTS, EVENT_WEIGHTS)[0]
    if event == "sign_up" or not chosen:
        newcomer = Life()
        newcomer.begin(some_side(rng), moment, some_deal(rng))
        return newcomer
    life = chosen.pop()
    if event == "switch":
        life.switch(some_side(rng), moment, another_deal(life.latest.deal, rng))
    elif event == "cancel":
        life.cancel(some_side(rng), moment)
    else:
        life.archive(moment)
    return None


def _loss(rng: Random, moment: Moment, free: list[Life]) -> list[Life]:
    """Let the automation lose one event, of a customer of long standing or of a new one, who is returned."""
    loss = rng.choice(LOSSES) if free else "sign_up_billing"
    newcomer, life = Life(), rng.choice(free or [Life()])
    if loss == "sign_up_billing":
        losses.lose_signup_from_billing(newcomer, moment, some_deal(rng), rng)
    elif loss == "sign_up_crm":
        losses.lose_signup_from_crm(newcomer, moment, some_deal(rng))
    elif loss == "cancel_crm":
        losses.lose_cancellation_from_crm(life, moment, rng)
    elif loss == "cancel_billing":
        losses.lose_cancellation_from_billing(life, moment, rng)
    else:
        losses.swap_two_changes(life, moment, rng)
    return [newcomer] if newcomer.loss else []
