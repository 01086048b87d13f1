"""Was a morning's answer right? Judged by what both systems held and what they showed, never by the answer itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline_tests.faults.run import Told
from reconciliation_pipeline_tests.faults.stage import CONFIRMED, OTHER, TRUSTED, UNPROVEN, Must
from reconciliation_pipeline_tests.faults.system import System
from reconciliation_pipeline_tests.faults.world import BILLING, CRM, NOW, Found, Record, World, truth

NEVER_MANY: Final = 5
"""So many records never make a pattern: the floor of every limit that is promised."""


class Verdict(StrEnum):
    """What came of one fault in one place."""

    REFUSED = "refused"
    """Not trustworthy, for a right reason and no wrong one."""
    RECOVERED = "recovered"
    """Exactly the truth, after asking again."""
    PASSED = "passed"
    """Exactly the truth."""
    BEYOND = "beyond proof"
    """Not the truth, and nothing that was shown, counted or known could have told."""
    WRONG = "wrong"
    """A false green, a false accusation, a wrong reason, or a refusal of what was whole."""


@dataclass(frozen=True)
class Judged:
    """A verdict, and why it is what it is."""

    verdict: Verdict
    why: str = ""


@dataclass
class Shown:
    """What one side held when the walk began, and what its first walk showed of it.

    Attributes:
        before: What it held, by id.
        system: The side itself, as it is now.
    """

    before: dict[str, Record]
    system: System

    @property
    def screen(self) -> int:
        """What a person reads off the system's own screen."""
        running = sum(one["status"] == "active" for one in self.before.values())
        return running if self.system.screen == "active" else len(self.before)

    @property
    def seen(self) -> dict[str, Record]:
        """Records of the first walk, by id, the last showing of each."""
        walk = self.system.served[0] if self.system.served else {}
        return {str(one.get("id")): one for records in walk.values() for one in records}

    @property
    def times_shown(self) -> int:
        """Records of the first walk, repeated ones as often as they came."""
        walk = self.system.served[0] if self.system.served else {}
        return sum(len(records) for records in walk.values())

    @property
    def moved(self) -> set[str]:
        """Ids of records that came, went or changed while they were read."""
        now = {one["id"]: one for one in self.system.held}
        return {name for name in self.before.keys() | now.keys() if self.before.get(name) != now.get(name)}

    @property
    def lost(self) -> list[Record]:
        """Records that were there all the time, changed meanwhile or not, and were not shown."""
        there = self.before.keys() & {one["id"] for one in self.system.held}
        gone = there - self.seen.keys()
        return [self.before[name] for name in sorted(gone)]

    @property
    def strange(self) -> bool:
        """Whether records were shown that are none of the system's."""
        return bool(self.seen.keys() - self.before.keys() - self.moved)

    @property
    def is_whole(self) -> bool:
        """Whether every record was shown once, as it is; what came or went meanwhile aside."""
        return not (self.lost or self.altered or self.times_shown > len(self.seen))

    @property
    def altered(self) -> list[Record]:
        """Records that were shown otherwise than they are, and records that are none of the system's."""
        return [one for name, one in self.seen.items() if name not in self.moved and one != self.before.get(name)]


@dataclass
class Case:
    """One morning, as whoever sees through both systems knows it."""

    world: World
    sides: Mapping[str, Shown]
    past: str
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def moved_keys(self) -> set[str]:
        """Keys of records that came, went or changed while they were read."""
        found = set()
        for shown in self.sides.values():
            now = {one["id"]: one for one in shown.system.held}
            for name in shown.moved:
                found |= {str(one["number"]) for one in (shown.before.get(name), now.get(name)) if one}
        return found

    @property
    def spoilt_keys(self) -> set[str]:
        """Keys of records that were lost or altered, as they are and as they were shown."""
        found = set()
        for shown in self.sides.values():
            for one in (*shown.lost, *shown.altered, *(shown.before.get(str(one["id"])) for one in shown.altered)):
                if one:
                    found.add(str(one.get("number")).strip())
        return found

    def misses(self, found: frozenset[Found]) -> set[Found]:
        """Give what an answer says and is not so, and what is so and it does not say."""
        now = truth(self.world.today[CRM], self.world.today[BILLING], NOW)
        then = truth(self.sides[CRM].before.values(), self.sides[BILLING].before.values(), NOW)
        moved = self.moved_keys
        wrong = {one for one in found ^ now if one.key not in moved}
        # Of what moves while it is read, either state is true, and so is that it is on its way.
        either = {one._replace(settling=False) for one in now | then}
        return wrong | {
            one for one in found if one.key in moved and not one.settling and one._replace(settling=False) not in either
        }

    def witnesses(self, keys: set[str]) -> list[str]:
        """Name everything that could have told that something was lost or altered.

        Args:
            keys: Keys of the records of which the answer is wrong.
        """
        return [f"{side}: {word}" for side in self.sides for word in self._witnesses(side, keys)]

    def _witnesses(self, side: str, keys: set[str]) -> Iterable[str]:
        shown = self.sides[side]
        before = {one["id"]: one for one in self.world.yesterday[side]} if self.past == TRUSTED else {}
        lost, gone = shown.lost, len(before.keys() - shown.seen.keys())
        missed = [one for one in lost if str(one["number"]).strip() in keys]
        if any(one["id"] in before and self._opens(side, one) for one in missed):
            yield "the system shows by its id, or hides, what it had yesterday and did not list"
        if lost and gone > max(NEVER_MANY, -(-len(before) // 100)):
            yield "more than usual are gone since yesterday"
        known = {str(one.get("number")).strip() for one in self._runs(OTHER[side])}
        if any(one["number"] in known and self._finds(side, one) for one in missed):
            yield "the system finds by its key what the other side knows"
        least, most = self._claims(side)
        if lost and least > len(shown.seen):
            yield "the total counts more than was listed"
        if shown.strange and 0 < most < len(shown.seen):
            yield "the total counts fewer than were listed"
        if self.past == CONFIRMED and self._contradicted(side):
            yield "a person read another count"
        if before and 5 * shown.times_shown < 4 * len(before):
            yield "far fewer records than yesterday"
        yield from self._altered(side, before)

    def _altered(self, side: str, before: Mapping[str, Record]) -> Iterable[str]:
        shown = self.sides[side]
        known = {str(one.get("number")).strip() for one in self._runs(OTHER[side])}
        for one in shown.altered:
            real = shown.before.get(str(one.get("id")))
            if real is None:
                continue
            if str(one.get("number")).strip() != real["number"] and real["number"] in known:
                yield "the system finds by its key what it listed without it"
        running = self._runs(side)
        for name in ("plan", "mrr"):
            empty = sum(one.get(name) is None for one in running)
            was = sum(one[name] is None for one in before.values() if one["status"] == "active")
            if before and empty - was > NEVER_MANY and 20 * (empty - was) > len(running):
                yield f"{name} is empty on many, and was not yesterday"

    def _runs(self, side: str) -> list[Record]:
        return [one for one in self.sides[side].seen.values() if one.get("status") == "active"]

    def _opens(self, side: str, record: Record) -> bool:
        """Whether the system gives a record by its id, or says that it has it."""
        system = self.sides[side].system
        held = system.held if system.singles is None else system.singles
        return any(one["id"] == record["id"] for one in held) and self._shows(side, record)

    def _shows(self, side: str, record: Record) -> bool:
        """Whether the system shows a record, or says that it hides it."""
        return self.sides[side].system.closed.get(record["id"], 200) in {200, 403}

    def _finds(self, side: str, record: Record) -> bool:
        """Whether the system finds a record by its key, or says that it has it."""
        system = self.sides[side].system
        found = [one for one in system.found(record["number"]) if one["id"] == record["id"]]
        by_path = "lookup" in self.more.get(side, {})
        return bool(found) and (not by_path or self._shows(side, record))

    def _claims(self, side: str) -> tuple[int, int]:
        """What the side's total said during its first walk, at the least and at the most; 0 where it only estimates."""
        system = self.sides[side].system
        if (system.total == "none" and system.style != "range") or "total" in self.more.get(side, {}):
            return 0, 0
        walks = list(system.claims[0].values()) if system.claims else []
        return sum(min(one) for one in walks), sum(max(one) for one in walks)

    def _contradicted(self, side: str) -> bool:
        pulled, active = self.sides[side].times_shown, len(self._runs(side))
        screen = self.sides[side].screen
        return all(500 * abs(count - screen) > screen for count in (pulled, active))


def judge(case: Case, told: Told, *, must: Must, codes: frozenset[str], asked_again: bool) -> Judged:
    """Say whether a morning ended rightly.

    Args:
        case: What was there and what was shown.
        told: How the morning ended.
        must: How it had to end.
        codes: Every reason that is right.
        asked_again: Whether a request was repeated.
    """
    if told.is_refused:
        return _judge_refusal(told, case.past, must, codes)
    if case.past == TRUSTED and told.standing is not Standing.TRUSTED:
        return Judged(Verdict.WRONG, f"a trusted morning yesterday, and today is {told.standing}")
    misses = case.misses(told.found)
    if not misses:
        return Judged(Verdict.RECOVERED if asked_again else Verdict.PASSED)
    said = f"{len(told.found & misses)} said and not so, {len(misses - told.found)} so and not said"
    if witnesses := case.witnesses({one.key for one in misses}):
        return Judged(Verdict.WRONG, f"{said}, although {'; '.join(dict.fromkeys(witnesses))}")
    if stray := {one.key for one in misses} - case.spoilt_keys:
        return Judged(Verdict.WRONG, f"{said}, of records that were shown as they are ({sorted(stray)[:3]})")
    return Judged(Verdict.BEYOND, said)


def _judge_refusal(told: Told, past: str, must: Must, codes: frozenset[str]) -> Judged:
    if must in {Must.PASS, Must.RECOVER}:
        return Judged(Verdict.WRONG, f"refused ({', '.join(sorted(told.codes))}) though nothing was lost")
    # On a first morning that nobody vouches for, the other side is told to be unproven as well.
    usual = {"unproven"} if past == UNPROVEN else set()
    if wrong := told.codes - codes - usual:
        said = "; ".join(f"{reason.code}: {reason.text}" for reason in told.reasons if reason.code in wrong)
        return Judged(Verdict.WRONG, f"refused, {said}")
    if not told.codes & codes:
        return Judged(Verdict.WRONG, "refused without a right reason")
    return Judged(Verdict.REFUSED)
