"""Which faults leave records out by default, by scope or by account? Section 1b of the corpus."""

from collections.abc import Callable
from typing import Any, Final

from reconciliation_pipeline_tests.faults import replies
from reconciliation_pipeline_tests.faults.cut_short import CURSORS, LOST, NO_END
from reconciliation_pipeline_tests.faults.stage import KEYED, TRUSTED, Fault, Must, Stage, kin
from reconciliation_pipeline_tests.faults.system import Asked, Reply
from reconciliation_pipeline_tests.faults.world import DAY, ENDED, NOW, Record, a_world, moment_of


def _few(stage: Stage, count: int = 5) -> list[Record]:
    """Pick known records around the page: known yesterday and running on both sides."""
    start = stage.page * stage.system.size
    around = stage.system.shown("list")[max(0, start - stage.system.size) :] + stage.system.shown("list")
    return stage.known(around, least=count)[:count]


def _new_and_unknown(stage: Stage) -> list[Record]:
    """Pick what is new since yesterday and unknown to the other side."""
    before = {one["id"] for one in stage.world.yesterday[stage.side]}
    there = {one["number"] for one in stage.other.held}
    return [one for one in stage.held if one["id"] not in before and one["number"] not in there]


def _ended_ones(stage: Stage) -> list[Record]:
    return [one for one in stage.held if one["status"] == ENDED[stage.side]]


def _hidden(count: int = 3, **how: Any) -> Callable[[Stage], None]:
    return lambda stage: stage.hide(_few(stage, count), **how)


def _unknown_hidden(**how: Any) -> Callable[[Stage], None]:
    return lambda stage: stage.hide(_new_and_unknown(stage), **how)


def _archive(stage: Stage) -> None:
    """Put a tenth of the records that ended into an archive of their own."""
    ended = [one for one in stage.held if one["status"] == ENDED[stage.side]]
    for one in ended[:6]:
        one["archived"] = True
        stage.fired += 1


def _archive_ignored(stage: Stage) -> None:
    _archive(stage)
    stage.on({"archived"}, lambda asked, _reply: _as_list(stage, asked))


def _as_list(stage: Stage, asked: Asked) -> Reply:
    """Answer the walk over the archive as if it had been asked for the rest."""
    records = stage.system.shown("list")
    start = asked.page * stage.system.size
    return stage.system.page_of(records[start : start + stage.system.size], start, len(records), asked)


def _archive_with_one_of_the_rest(stage: Stage) -> None:
    _archive(stage)
    stray = dict(stage.known(stage.rows())[0])

    def mixed(_asked: Asked, reply: Reply) -> Reply:
        return replies.with_records(lambda records: [*records, stray])(reply)

    stage.on({"archived"}, mixed)


def _foreign(record: Record) -> Record:
    return {**record, "id": f"x{record['id']}", "number": f"9{record['number'][1:]}"}


def _other_account_on_a_page(stage: Stage) -> None:
    stage.on_page(replies.each(_foreign))


def _strangers(stage: Stage) -> None:
    """Add three records of another account to the page."""
    strangers = [_foreign(one) for one in stage.known(stage.rows(), least=3)[:3]]
    stage.on_page(replies.with_records(lambda records: [*records[:1], *strangers, *records[1:]]))


def _other_account_flagged(stage: Stage) -> None:
    stage.on_page(replies.each(lambda record: {**_foreign(record), "livemode": False}))


def _other_account_from_the_start(stage: Stage) -> None:
    stage.fired += 1
    stage.system.account = "acct_other"
    stage.system.held[:] = [_foreign(one) for one in a_world(len(stage.held), seed=99).today[stage.side]]
    stage.system.place(*stage.system.held)


def _account(identity: object) -> Callable[[Stage], None]:
    return lambda stage: stage.on({"account"}, lambda _asked, _reply: Reply(identity))


def _flips(record: Record) -> Record:
    return {**record, "livemode": False}


def _flag_left_out(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "livemode"}


STRANGERS: Final = frozenset({"unproven", "bad_shape"})
"""A stranger that is asked for by name, to see whether asking proves anything, is not found."""
SHOWN_BY: Final = "Of a record that is new since yesterday and unknown to the other side, only a total, a sentinel, "
ONLY: Final = SHOWN_BY + "a confirmed count, or the other side as soon as it knows it, can tell."

LEFT_OUT: Final = Fault(
    "cancelled records left out",
    "C20, C22, C23",
    "The list leaves out every record that ended, and its total does, too; single records are shown.",
    lambda stage: stage.hide(_ended_ones(stage)),
    LOST | {"unstable"},
    positions=("first",),
)

FAULTS: Final = (
    LEFT_OUT.but(must=Must.EITHER),
    LEFT_OUT.but(
        id="cancelled records left out, as the screen does",
        text="The same, and the system's own screen counts those alone that run.",
        must=Must.EITHER,
        system={"screen": "active"},
    ),
    LEFT_OUT.but(
        id="cancelled records left out, also by the search",
        text="The same, and no search by key finds them either.",
        install=lambda stage: stage.hide(_ended_ones(stage), by_key=False),
        must=Must.EITHER,
        beyond="A customer that ended is called unknown, where neither list nor search shows the ones that ended. That "
        "the list shows no such status at all is what a sentinel (`sentinels.statuses`) or a confirmed count notices.",
    ),
    LEFT_OUT.but(
        id="archive not left out of the list",
        corpus="C21",
        text="The walk over the archive gives the records of the first walk once more.",
        install=_archive_ignored,
        codes=frozenset({"page_repeat", "duplicate_source_id", "cursor_repeat"}),
        styles=("cursor", "offset", "page"),
        system={"archives": True},
    ),
    LEFT_OUT.but(
        id="archive with one of the rest",
        corpus="C21",
        text="The walk over the archive also gives a record of the first walk.",
        install=_archive_with_one_of_the_rest,
        # Where the last record's id leads on, that of a record of the first walk leads to the start or over again.
        codes=NO_END | {"duplicate_source_id", "keys_unusable", "page_repeat", "cursor_repeat"},
        styles=CURSORS,
        system={"archives": True},
    ),
    LEFT_OUT.but(
        id="archive in a walk of its own",
        corpus="C21",
        text="Archived records come in a second walk, as the settings say.",
        install=_archive,
        must=Must.PASS,
        styles=("cursor", "has_more", "offset", "page"),
        system={"archives": True},
    ),
    *kin(
        LEFT_OUT.but(
            id=f"{count} hidden in the list, shown by id and by key",
            corpus="C25, C47",
            text=f"The list leaves out {count} known records; each is shown when it is asked for.",
            install=_hidden(count),
            codes=LOST,
            positions=("first", "middle", "last"),
        )
        for count in (1, 5)
    ),
    LEFT_OUT.but(
        id="3 hidden in the list and in its search, shown by id",
        corpus="C25",
        text="List and search leave out 3 records; each is shown by its id.",
        install=_hidden(by_key=False),
        codes=LOST,
        pasts=(TRUSTED,),
        positions=("first", "middle", "last"),
    ),
    LEFT_OUT.but(
        id="3 hidden in the list and in its search, still counted",
        corpus="C25",
        text="List and search leave out 3 records, which the total still counts.",
        install=_hidden(by_key=False, by_id=404, counted=True),
        codes=LOST | {"walk_not_ended"},
        positions=("first", "middle", "last"),
        system={"total": "body"},
    ),
    LEFT_OUT.but(
        id="3 hidden in the list, 403 by id",
        corpus="C27",
        text="The credentials may not see 3 records: the list leaves them out, each answers 403.",
        install=_hidden(by_id=403, by_key=False),
        codes=LOST,
        pasts=(TRUSTED,),
        positions=("first", "middle", "last"),
    ),
    LEFT_OUT.but(
        id="3 hidden in the list, 403 by id and by key",
        corpus="C27",
        text="The credentials may not see 3 records: the list leaves them out, each answers 403, by id and by key.",
        install=_hidden(by_id=403),
        codes=LOST,
        more=KEYED,
        positions=("first", "middle", "last"),
    ),
    LEFT_OUT.but(
        id="10 hidden in the list, 404 by id and by key",
        corpus="C27",
        text="10 records of yesterday are gone from list, search and point reads.",
        install=_hidden(10, by_id=404, by_key=False),
        codes=LOST,
        pasts=(TRUSTED,),
        positions=("first", "middle", "last"),
    ),
    LEFT_OUT.but(
        id="2 hidden everywhere",
        corpus="C27",
        text="2 records are gone from list, search and point reads alike, as if they had been deleted.",
        install=_hidden(2, by_id=404, by_key=False),
        codes=LOST | {"walk_not_ended"},
        must=Must.EITHER,
        positions=("first", "middle", "last"),
        beyond="A system that denies a record in every way looks like one that deleted it. A total, a sentinel, or a "
        "confirmed count can tell; so does the morning on which more vanish than usual.",
    ),
    LEFT_OUT.but(
        id="new records not in the list yet, shown by id and by key",
        corpus="C29",
        text="The list lags behind and lacks every record of the last day; single records are up to date.",
        install=lambda stage: stage.hide(one for one in stage.held if moment_of(one["created"]) > NOW - DAY),
        codes=LOST,
    ),
    LEFT_OUT.but(
        id="new and unknown records hidden everywhere",
        corpus="C25, C29",
        text="Records that are new since yesterday and unknown to the other side are gone from list and search.",
        install=_unknown_hidden(by_key=False, by_id=404),
        codes=LOST,
        must=Must.EITHER,
        beyond=ONLY,
    ),
    LEFT_OUT.but(
        id="new and unknown records hidden, still counted",
        corpus="C25, C29",
        text="The same, but the total still counts them.",
        install=_unknown_hidden(by_key=False, by_id=404, counted=True),
        codes=LOST | {"walk_not_ended"},
        system={"total": "body"},
    ),
    LEFT_OUT.but(
        id="another account's records on a page",
        corpus="C28",
        text="The page holds records of another account, of the same shape.",
        install=_other_account_on_a_page,
        # Where the last record's id leads on, that of a stranger leads nowhere.
        codes=NO_END | STRANGERS | {"refused"},
        positions=("first", "middle", "last"),
    ),
    LEFT_OUT.but(
        id="three strangers on a page, counted out by the total",
        corpus="C28",
        text="The page holds three records more, of another account; the total does not count them.",
        install=_strangers,
        codes=STRANGERS | {"total_mismatch"},
        positions=("first", "middle", "last"),
        styles=CURSORS,
        system={"total": "body"},
    ),
    LEFT_OUT.but(
        id="three strangers on a page",
        corpus="C28",
        text="The page holds three records more, of another account, and nothing says how many there should be.",
        install=_strangers,
        codes=STRANGERS,
        must=Must.EITHER,
        positions=("first", "middle", "last"),
        styles=CURSORS,
        system={"total": "none"},
        beyond="What a list shows is not asked for again by its id. A total, a confirmed count, or a value that all "
        "records of an account share (`same`) tells strangers apart.",
    ),
    LEFT_OUT.but(
        id="another account's records on a page, flagged",
        corpus="C28",
        text="The page holds records of another account, and their live flag says so.",
        install=_other_account_flagged,
        codes=frozenset({"wrong_account", "refused"}),
        positions=("first", "middle", "last"),
    ),
    LEFT_OUT.but(
        id="another account from the start",
        corpus="C28",
        text="Everything is another account's: its id, its records.",
        install=_other_account_from_the_start,
        codes=LOST | {"wrong_account", "unstable"},
    ),
    LEFT_OUT.but(
        id="another account than the settings expect",
        corpus="C28",
        text="The account's id is not the one that the settings name (`account.expect`).",
        install=_other_account_from_the_start,
        codes=frozenset({"wrong_account"}),
        more={"account": {"path": "/account", "expect": "acct_1"}},
    ),
    LEFT_OUT.but(
        id="live flag flips",
        corpus="C28",
        text="From the page on, records carry another live flag.",
        install=lambda stage: stage.on_page(replies.each(_flips)),
        codes=frozenset({"wrong_account"}),
        positions=("middle", "last"),
    ),
    LEFT_OUT.but(
        id="live flag missing",
        corpus="C28",
        text="Records of the page carry no live flag.",
        install=lambda stage: stage.on_page(replies.each(_flag_left_out)),
        codes=frozenset({"wrong_account"}),
        positions=("first", "middle", "last"),
    ),
    LEFT_OUT.but(
        id="live flag flipped since yesterday",
        corpus="C28",
        text="Every record carries another live flag than yesterday: the test account's.",
        install=lambda stage: stage.on({"list", "one", "search"}, _test_mode),
        codes=frozenset({"wrong_account"}),
        pasts=(TRUSTED,),
    ),
    *kin(
        LEFT_OUT.but(
            id=f"account answers {word}",
            corpus="C28, C54",
            text=f"Where the account's id should stand is {word}.",
            install=_account(body),
            codes=frozenset({"bad_shape"}),
        )
        for word, body in (("null", {"id": None}), ("nothing", {}), ("a list", [{"id": "acct_1"}]))
    ),
)


def _test_mode(_asked: Asked, reply: Reply) -> Reply:
    if reply.status == 200 and isinstance(reply.body, dict) and "livemode" in reply.body:
        return replies.with_body(livemode=False)(reply)
    return replies.each(_flips)(reply) if reply.records else reply
