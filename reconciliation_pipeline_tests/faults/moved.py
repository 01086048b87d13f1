"""Which faults come of a list that moves while it is read, or that shows another day? Section 1c of the corpus."""

from collections.abc import Callable
from typing import Final

from reconciliation_pipeline_tests.faults import replies
from reconciliation_pipeline_tests.faults.cut_short import NO_END, POSITIONAL
from reconciliation_pipeline_tests.faults.stage import TRUSTED, UNPROVEN, Fault, Must, Stage, kin
from reconciliation_pipeline_tests.faults.system import Asked, Reply
from reconciliation_pipeline_tests.faults.world import CRM, MINUTE, NOW, Record, stamp

MOVED: Final = NO_END | {"duplicate_source_id", "keys_unusable", "page_repeat", "bad_shape"}


def _inner(stage: Stage) -> int:
    return max(1, stage.page)


def _newborn(stage: Stage) -> Record:
    """A customer that signs up just now."""
    return {
        "id": f"{stage.side[0]}9999",
        "number": "0099999",
        "status": "active",
        "plan": "pro",
        "mrr": 4900,
        "livemode": True,
        "created": stamp(stage.system.now),
        "updated": stamp(stage.system.now),
    }


def _deleted_behind(stage: Stage) -> None:
    """Remove a record that was read already; with pages counted off, the next unread one slips through."""
    stage.before_page(lambda: _remove(stage, stage.rows(_inner(stage) - 1)), _inner(stage))


def _remove(stage: Stage, among: list[Record]) -> None:
    if among:
        stage.held.remove(among[0])


def _deleted_and_created(stage: Stage) -> None:
    """The same while another one is created, so that no total changes."""

    def move() -> None:
        _remove(stage, stage.rows(_inner(stage) - 1))
        newborn = _newborn(stage)
        stage.held.append(newborn)
        stage.system.place(newborn)

    stage.before_page(move, _inner(stage))


def _inserted_in_front(stage: Stage) -> None:
    def move() -> None:
        newborn = _newborn(stage)
        stage.held.append(newborn)
        stage.system.place(newborn)

    stage.before_page(move, _inner(stage))


def _touched(ahead: bool) -> Callable[[Stage], None]:
    """Touch a record, which jumps to the end that the list is sorted by: one read already, or one still to come."""

    def install(stage: Stage) -> None:
        def move() -> None:
            place = stage.rows(_inner(stage) + 1)[-1:] if ahead else stage.rows(_inner(stage) - 1)[:1]
            for one in place:
                one["updated"] = stamp(stage.system.now)

        stage.system.order = lambda one: one["updated"]
        stage.before_page(move, _inner(stage))

    return install


def _twice(shuffled: bool) -> Callable[[Stage], None]:
    """Serve the page in place of the next one, which is lost."""

    def install(stage: Stage) -> None:
        kept: list[Reply] = []

        def spoil(asked: Asked, reply: Reply) -> Reply:
            if asked.page == stage.inner:
                kept.append(reply)
            if asked.page != stage.inner + 1 or not kept:
                return reply
            again = kept[0].records[: len(reply.records)]
            return replies.with_body(data=again[::-1] if shuffled else again)(reply)

        stage.on({"list"}, spoil)

    return install


def _overlap(stage: Stage) -> None:
    """Let the next page begin with the last record of this one, in place of its own first."""
    kept: list[Reply] = []

    def spoil(asked: Asked, reply: Reply) -> Reply:
        if asked.page == stage.inner:
            kept.append(reply)
        if asked.page != stage.inner + 1 or not kept:
            return reply
        return replies.with_body(data=[kept[0].records[-1], *reply.records[1:]])(reply)

    stage.on({"list"}, spoil)


def _merged(status: str) -> Callable[[Stage], None]:
    """Merge two customers of yesterday into a third, one after the other; their ids lead to it, or nowhere."""

    def install(stage: Stage) -> None:
        first, second, third = stage.known(stage.held, least=13)[10:13]
        for gone in (first, second):
            stage.held.remove(gone)
        if status == "leads on":
            stage.system.merged = {first["id"]: third["id"], second["id"]: third["id"]}
        third["updated"] = stamp(NOW - 90 * MINUTE)
        stage.fired += 1

    return install


def _yesterdays_page(stage: Stage) -> None:
    """Serve the page as it was yesterday: what changed since then has its old values."""
    before = {one["id"]: one for one in stage.world.yesterday[stage.side]}
    stage.on_page(replies.each(lambda record: dict(before.get(record["id"], record))))


def _yesterday(stage: Stage, *, also_single: bool) -> None:
    """Serve the whole side as it was yesterday."""
    stage.fired += 1
    stage.system.replica = [dict(one) for one in stage.world.yesterday[stage.side]]
    stage.system.place(*stage.system.replica)
    if also_single:
        stage.system.singles = stage.system.replica


def _late_elsewhere(stage: Stage) -> None:
    """Let a customer sign up on both sides after this side's last page was read: the other side shows it."""
    newborn = _newborn(stage)
    stage.before_page(lambda: _joins_late(stage, newborn), stage.page)


def _joins_late(stage: Stage, newborn: Record) -> None:
    other = {**newborn, "id": f"{'b' if stage.side == CRM else 'c'}9999"}
    for system, record in ((stage.system, newborn), (stage.other, other)):
        system.held.append(record)
        system.place(record)


MOVES: Final = Fault(
    "record deleted behind the reader",
    "C40",
    "A record that was read already is deleted; with pages counted off, the next unread one is skipped.",
    _deleted_behind,
    MOVED,
    Must.EITHER,
)

FAULTS: Final = (
    MOVES.but(styles=POSITIONAL, must=Must.REFUSE, system={"newest_first": False}),
    MOVES.but(
        id="record deleted behind a reader with a cursor",
        text="A record that was read already is deleted; a cursor is not moved by that.",
        styles=("cursor", "has_more", "link"),
        must=Must.PASS,
        codes=frozenset(),
    ),
    MOVES.but(
        id="record deleted and another created behind the reader",
        corpus="C40, C41",
        text="The same while another record is created, so that no total changes.",
        install=_deleted_and_created,
        styles=POSITIONAL,
        must=Must.REFUSE,
        system={"newest_first": False},
    ),
    MOVES.but(
        id="record inserted in front",
        corpus="C41",
        text="The list begins with the youngest; one is created, and every page moves on by one.",
        install=_inserted_in_front,
        styles=POSITIONAL,
        must=Must.REFUSE,
        system={"newest_first": True},
    ),
    *kin(
        MOVES.but(
            id=f"list sorted by change, {direction} first, a record {where} touched",
            corpus="C42",
            text=f"The list is sorted by change, {direction} first, and a record {what} is touched: it jumps.",
            install=_touched(ahead),
            styles=("cursor", "link", *POSITIONAL),
            positions=("first", "middle"),
            system={"newest_first": direction == "youngest"},
        )
        for direction in ("oldest", "youngest")
        for where, what, ahead in (("ahead", "that is still to come", True), ("behind", "that was read", False))
    ),
    MOVES.but(
        id="page served twice, the next one lost",
        corpus="C10, C41",
        text="The page comes again in place of the next one.",
        install=_twice(shuffled=False),
        codes=MOVED,
        must=Must.REFUSE,
    ),
    MOVES.but(
        id="page served twice in another order, the next one lost",
        corpus="C10, C41",
        text="The page comes again in place of the next one, its records in another order.",
        install=_twice(shuffled=True),
        must=Must.REFUSE,
    ),
    MOVES.but(
        id="pages overlap by one, a record lost",
        corpus="C41",
        text="The next page begins with the last record of this one, in place of its own first.",
        install=_overlap,
        must=Must.REFUSE,
    ),
    *kin(
        MOVES.but(
            id=f"records merged, the old ids {word}",
            corpus="C46",
            text=f"Two customers were merged into a third since yesterday; their ids {what}.",
            install=_merged(word),
            must=Must.PASS,
            codes=frozenset(),
            positions=("first",),
        )
        for word, what in (("leads on", "answer with the third"), ("lead nowhere", "answer 404"))
    ),
    MOVES.but(
        id="customer signs up while both are read",
        corpus="C44",
        text="A customer signs up on both sides at the page; one walk has passed by, the other has not.",
        install=_late_elsewhere,
        must=Must.PASS,
        codes=frozenset(),
        # A count that was read before the customer signed up is another one, and a first morning is held to it.
        pasts=(TRUSTED, UNPROVEN),
    ),
    MOVES.but(
        id="page as it was yesterday",
        corpus="C72",
        text="The page is served as it was yesterday: records that changed since then have their old values.",
        install=_yesterdays_page,
        must=Must.EITHER,
        beyond="What a list shows is not asked for again by its id, so an old value is what the system says. The other "
        "side, which knows the new one, disagrees: a false alarm, or none where it should be, until the next morning.",
    ),
    MOVES.but(
        id="list as it was yesterday, single records of today",
        corpus="C72",
        text="The whole list is that of yesterday; single records are up to date.",
        install=lambda stage: _yesterday(stage, also_single=False),
        codes=NO_END,
        must=Must.REFUSE,
        positions=("first",),
    ),
    MOVES.but(
        id="everything as it was yesterday",
        corpus="C72",
        text="The whole side is that of yesterday, single records, too.",
        install=lambda stage: _yesterday(stage, also_single=True),
        codes=NO_END | {"vanished"},
        must=Must.EITHER,
        positions=("first",),
        beyond="A side that is a day behind in every answer looks like a company without a day. Its differences are "
        "real until it catches up; only their ages, all of the last day, give it away.",
    ),
)
