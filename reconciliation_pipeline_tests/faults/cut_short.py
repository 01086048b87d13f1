"""Which faults end a walk early, or send it in circles? Section 1a of the corpus, down to C10."""

from collections.abc import Callable
from typing import Final

from reconciliation_pipeline_tests.faults import replies
from reconciliation_pipeline_tests.faults.stage import Fault, Must, Stage, kin
from reconciliation_pipeline_tests.faults.system import Asked, Reply

LOST: Final = frozenset(
    {"total_mismatch", "vanished", "counterpart_exists", "floor", "side_ratio", "key_overlap", "unproven"}
)
"""Right whenever records are missing."""
NO_END: Final = LOST | {"walk_not_ended"}
CURSORS: Final = ("cursor", "has_more", "link")
POSITIONAL: Final = ("offset", "page", "range")


def _ends_after(stage: Stage) -> None:
    end = (stage.inner + 1) * stage.system.size
    stage.on_page(replies.ended(stage.system, lambda _reply: end), page=stage.inner)


def _cap(stage: Stage, *, counted: bool) -> None:
    end = (stage.inner + 1) * stage.system.size
    stage.hide(stage.system.shown("list")[end:], by_key=True, counted=counted)


def _cap_with_an_error(stage: Stage) -> None:
    stage.on_page(replies.status(400), page=stage.inner + 1)


def _empty_end(stage: Stage) -> None:
    empty = replies.with_records(lambda _records: [])
    end = (stage.inner + 1) * stage.system.size
    ends = replies.ended(stage.system, lambda _reply: end)
    stage.on_page(lambda reply: ends(empty(reply)), page=stage.inner + 1)


def _short_page(stage: Stage) -> None:
    """A page of one record less; whoever reads on by what was received loses nothing."""

    def shorter(asked: Asked, reply: Reply) -> Reply:
        if asked.page != stage.inner:
            return reply
        if stage.system.style == "cursor":
            before = reply.records[-2]["id"]
            return replies.with_body(data=reply.records[:-1], next=before)(reply)
        found = replies.with_records(lambda records: records[:-1])(reply)
        if stage.system.style == "link":
            return replies.next_at(stage.system, f"{stage.system.url}/customers?after={reply.records[-2]['id']}")(found)
        if stage.system.style == "has_more":
            return replies.with_body(has_more=True)(found)
        return found

    stage.on({"list"}, shorter)


def _row_skipped(stage: Stage) -> None:
    """A page of one record less, and nobody gets that record."""
    lost = stage.known(stage.rows())[0]["id"]
    stage.on_page(replies.with_records(lambda records: [one for one in records if one["id"] != lost]))


def _page_filtered(stage: Stage) -> None:
    stage.on_page(replies.with_records(lambda _records: []))


def _inserted_empty_page(stage: Stage) -> None:
    """An empty page that says how to go on, before the page of that place."""
    token = f"empty-{stage.page}"
    address = f"{stage.system.url}/customers?after={token}"
    real: list[Reply] = []

    def before(asked: Asked, reply: Reply) -> Reply:
        if asked.token == token:
            return real[-1]
        if asked.page != stage.page:
            return reply
        real.append(reply)
        empty = replies.with_records(lambda _records: [])(reply)
        if stage.system.style == "cursor":
            return replies.with_body(next=token)(empty)
        return replies.next_at(stage.system, address)(empty)

    stage.on({"list"}, before)


def _envelope(change: Callable[[Reply], Reply]) -> Callable[[Stage], None]:
    return lambda stage: stage.on_page(change)


def _inner(change: Callable[[Reply], Reply]) -> Callable[[Stage], None]:
    return lambda stage: stage.on_page(change, page=stage.inner)


def _everywhere(change: Callable[[Reply], Reply]) -> Callable[[Stage], None]:
    return lambda stage: stage.on({"list"}, lambda _asked, reply: change(reply))


def _never_false(stage: Stage) -> None:
    stage.on({"list"}, lambda _asked, reply: replies.with_body(has_more=True)(reply))


def _same_page_for_ever(stage: Stage) -> None:
    kept: list[Reply] = []

    def again(asked: Asked, reply: Reply) -> Reply:
        if asked.page < stage.inner:
            return reply
        kept.append(reply)
        return kept[0] if stage.system.style != "has_more" else replies.with_body(has_more=True)(kept[0])

    stage.on({"list"}, again)


def _cursors(*shape: int) -> Callable[[Stage], None]:
    """Name, from the page on, cursors of earlier pages in turn."""

    def install(stage: Stage) -> None:
        tokens: list[str] = []

        def circle(asked: Asked, reply: Reply) -> Reply:
            tokens.append(asked.token)
            if asked.page < stage.inner or len(tokens) < max(shape):
                return reply
            back = tokens[-shape[(asked.page - stage.inner) % len(shape)]]
            if stage.system.style == "cursor":
                return replies.with_body(next=back or "start")(reply)
            return replies.next_at(
                stage.system, f"{stage.system.url}/customers?limit={stage.system.size}&after={back or 'start'}"
            )(reply)

        stage.on({"list"}, circle)

    return install


CUT: Final = Fault(
    "walk ends early", "C01, C02", "The page says that nothing follows; more would.", _ends_after, NO_END
)

FAULTS: Final = (
    CUT,
    CUT.but(
        id="list capped, total capped too",
        corpus="C02, C03",
        text="The list stops after the page, with a normal end, and its total counts no more than that.",
        install=lambda stage: _cap(stage, counted=False),
    ),
    CUT.but(
        id="list capped, total honest",
        corpus="C02",
        text="The list stops after the page, with a normal end; its total counts everything.",
        install=lambda stage: _cap(stage, counted=True),
    ),
    CUT.but(
        id="cap that the settings know",
        corpus="C02, C04",
        text="The list never gives more than 200 records, and the settings say so (`cap`).",
        install=lambda stage: stage.hide(stage.system.shown("list")[200:]),
        more={"cap": 200},
        positions=("middle",),
    ),
    CUT.but(
        id="cap with an error",
        corpus="C02",
        text="Behind the page the list answers 400.",
        install=_cap_with_an_error,
        codes=frozenset({"refused"}),
    ),
    CUT.but(
        id="empty page as the end",
        corpus="C04",
        text="Behind the page comes an empty one that says that nothing follows.",
        install=_empty_end,
    ),
    CUT.but(
        id="short page",
        corpus="C06",
        text="The page has one record less than asked for, and the next one goes on behind it.",
        install=_short_page,
        must=Must.PASS,
        styles=("cursor", "has_more", "link", "offset", "range"),
    ),
    CUT.but(
        id="one record skipped",
        corpus="C06",
        text="The page leaves one record out.",
        install=_row_skipped,
        codes=NO_END | {"bad_shape", "duplicate_source_id", "keys_unusable"},
    ),
    CUT.but(
        id="page filtered to nothing",
        corpus="C07",
        text="All records of the page are filtered out; the next one follows as usual.",
        install=_page_filtered,
        codes=NO_END | {"bad_shape"},
    ),
    CUT.but(
        id="empty page in mid-stream",
        corpus="C08",
        text="An empty page comes in between and says how to go on.",
        install=_inserted_empty_page,
        must=Must.PASS,
        styles=("cursor", "link"),
    ),
    *kin(
        CUT.but(
            id=f"has_more {word}",
            corpus="C09",
            text=f"`has_more` is {word} on the page.",
            install=_envelope(change),
            codes=frozenset({"bad_shape"}),
            styles=("has_more",),
        )
        for word, change in {
            "missing": replies.without("has_more"),
            "null": replies.with_body(has_more=None),
            'the text "false"': replies.with_body(has_more="false"),
            "renamed": replies.renamed("has_more", "hasMore"),
        }.items()
    ),
    CUT.but(
        id="has_more never false",
        corpus="C09",
        text="`has_more` stays true on the last page.",
        install=_never_false,
        codes=frozenset({"walk_not_ended", "page_repeat", "cursor_repeat"}),
        styles=("has_more",),
        positions=("last",),
    ),
    CUT.but(
        id="next cursor left out",
        corpus="C09",
        text="The page lacks the field of the next cursor.",
        install=_inner(replies.without("next")),
        styles=("cursor",),
    ),
    CUT.but(
        id="next cursor renamed",
        corpus="C09, C58",
        text="Every page carries its next cursor under another name.",
        install=_everywhere(replies.renamed("next", "nextCursor")),
        styles=("cursor",),
        positions=("first",),
    ),
    CUT.but(
        id="same page again and again",
        corpus="C09, C10",
        text="From the page on, the same page is served for ever.",
        install=_same_page_for_ever,
        codes=frozenset({"page_repeat", "cursor_repeat", "walk_not_ended", "bad_shape"}),
    ),
    *kin(
        CUT.but(
            id=f"cursor {word}",
            corpus="C10",
            text=f"The next cursor is {what}.",
            install=_cursors(*shape),
            codes=frozenset({"cursor_repeat", "page_repeat"}),
            styles=("cursor", "link"),
        )
        for word, what, shape in (
            ("repeats (A, A)", "the one that led to this very page", (1,)),
            ("cycles (A, B, A, B)", "in turn that of this page and of the one before", (1, 2)),
        )
    ),
)
