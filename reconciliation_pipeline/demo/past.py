"""How did the demo world become what it is at the story's instant?

Lives up to that instant, with exactly the story's counts. What follows belongs in `future.py`.
"""

from collections.abc import Iterator
from random import Random

from reconciliation_pipeline.demo.calendar import Calendar, Moment
from reconciliation_pipeline.demo.lives import Life, SideName
from reconciliation_pipeline.demo.losses import lose_cancellation_from_crm, lose_signup_from_billing
from reconciliation_pipeline.demo.plans import DEALS, WEIGHTS, Deal
from reconciliation_pipeline.demo.story import Story

OLDEST, RECENT = -1_500, -14
"""Days: the first customers, and the last two weeks."""

CHANGED = 0.15
"""Share of the customers who have changed their plan once."""

AUTOMATED = -730
"""The day the automation was switched on, and began to lose events."""


def past(rng: Random, story: Story, calendar: Calendar) -> list[Life]:
    """Make every customer that exists at the story's instant."""
    maker = _Past(rng, story, calendar)
    return [*maker.agreeing(), *maker.lost(), *maker.settling(), *maker.former()]


def some_deal(rng: Random) -> Deal:
    """Draw a deal; the smaller, the more common."""
    return rng.choices(DEALS, WEIGHTS)[0]


def another_deal(deal: Deal, rng: Random) -> Deal:
    """Draw a deal other than the one a customer has."""
    return rng.choice([other for other in DEALS if other != deal])


def some_side(rng: Random) -> SideName:
    """Draw where an event happens; sales is a little busier than billing."""
    return "crm" if rng.random() < 0.6 else "billing"  # noqa: PLR2004 - a weight


class _Past:
    """The makers of the groups, sharing one generator."""

    def __init__(self, rng: Random, story: Story, calendar: Calendar) -> None:
        self.rng = rng
        self.story = story
        self.calendar = calendar
        self.quiet = -story.lagging_mornings - 1
        """The last day before single mornings are told apart."""

    def agreeing(self) -> list[Life]:
        """Customers on whom both sides agree; some had records on their way at past mornings."""
        rng, days = self.rng, range(-self.story.lagging_mornings, 0)
        born = [day for day in days for _ in range(rng.randint(0, 2))][: self.story.agreeing // 4]
        old = [self._settled() for _ in range(self.story.agreeing - len(born))]
        for day in days:
            lagging = max(1, rng.randint(self.story.lag_min, self.story.lag_max) - born.count(day))
            for life in rng.sample(old, min(lagging, len(old))):
                self._switch(life, self.calendar.across(day, rng))
        return [*old, *(self._begin(some_side(rng), self.calendar.across(day, rng)) for day in born)]

    def lost(self) -> Iterator[Life]:
        """The real differences: events that were lost over two years."""
        story, rng = self.story, self.rng
        for deal, day in self._losses(story.cancelled_in_crm.deals, story.recent_cancelled):
            life = self._customer(day - rng.randint(20, 700), deal)
            lose_cancellation_from_crm(life, self.calendar.office(day, rng), rng)
            yield life
        for deal, day in self._losses(story.unknown_to_crm.deals, story.recent_unknown):
            life = Life()
            lose_signup_from_billing(life, self.calendar.office(day, rng), deal, rng)
            yield life

    def settling(self) -> Iterator[Life]:
        """What happened within the hour before the story's instant."""
        story = self.story
        for _ in range(story.settling_crm_only):
            yield self._begin("crm", self._just_now())
        for _ in range(story.settling_billing_only):
            yield self._begin("billing", self._just_now())
        for _ in range(story.settling_conflicts):
            life = self._settled()
            # In the CRM, because Stripe has no time of change that every reader would understand.
            life.switch("crm", self._just_now(), another_deal(life.latest.deal, self.rng))
            yield life

    def former(self) -> Iterator[Life]:
        """Former customers, as far as the CRM's clean-up has got with them."""
        rng, story = self.rng, self.story
        for _ in range(story.former_cancelled):
            yield self._cancelled(rng.randint(-55, -2))
        for number in range(story.former_archived):
            # Every fourth was thrown out by hand: archived, while its status still says active.
            by_hand = number % 4 == 0
            yield self._archived(rng.randint(-85, -2)) if by_hand else self._cancelled(rng.randint(-145, -62))
        for _ in range(story.former_purged):
            yield self._cancelled(rng.randint(-1_000, -155))

    def _losses(self, deals: list[Deal], recent: int) -> list[tuple[Deal, int]]:
        late = self.rng.sample(range(RECENT + 1, -1), min(recent, len(deals)))
        early = [self.rng.randint(AUTOMATED, RECENT - 1) for _ in range(len(deals) - len(late))]
        return list(zip(self.rng.sample(deals, len(deals)), [*early, *late], strict=True))

    def _just_now(self) -> Moment:
        return self.calendar.across(0, self.rng)

    def _settled(self) -> Life:
        day = self.rng.randint(OLDEST, self.quiet - 1)
        life = self._customer(day)
        if self.rng.random() < CHANGED:
            self._switch(life, self.calendar.office(self.rng.randint(day + 1, self.quiet), self.rng))
        return life

    def _customer(self, day: int, deal: Deal | None = None) -> Life:
        return self._begin(some_side(self.rng), self.calendar.office(day, self.rng), deal)

    def _begin(self, origin: SideName, moment: Moment, deal: Deal | None = None) -> Life:
        life = Life()
        life.begin(origin, moment, deal or some_deal(self.rng))
        return life

    def _switch(self, life: Life, moment: Moment) -> None:
        life.switch(some_side(self.rng), moment, another_deal(life.latest.deal, self.rng))

    def _cancelled(self, day: int) -> Life:
        life = self._customer(day - self.rng.randint(20, 500))
        life.cancel(some_side(self.rng), self.calendar.office(day, self.rng))
        return life

    def _archived(self, day: int) -> Life:
        life = self._customer(day - self.rng.randint(20, 500))
        life.archive(self.calendar.office(day, self.rng))
        return life
