"""Which faults damage an answer on its way, or its envelope? Section 1d of the corpus, and S05, S06, S08."""

import gzip
from collections.abc import Callable
from typing import Final

from reconciliation_pipeline_tests.faults import replies
from reconciliation_pipeline_tests.faults.cut_short import CURSORS, NO_END, POSITIONAL
from reconciliation_pipeline_tests.faults.stage import Fault, Must, Stage, kin
from reconciliation_pipeline_tests.faults.system import Reply

SHAPE: Final = frozenset({"bad_shape"})
CUT: Final = frozenset({"truncated"})


def _page(change: Callable[[Reply], Reply], times: int = 1_000_000) -> Callable[[Stage], None]:
    return lambda stage: stage.on_page(change, times=times)


def _every(change: Callable[[Reply], Reply]) -> Callable[[Stage], None]:
    return lambda stage: stage.on({"list"}, lambda _asked, reply: change(reply))


def _fewer_and_silent(reply: Reply) -> Reply:
    """Fewer records, still valid JSON, and no length that would tell."""
    fewer = replies.with_records(lambda records: records[: len(records) // 2])(reply)
    return replies.cut(1.0, "silent")(fewer)


def _totals(change: Callable[[int], int]) -> Callable[[Stage], None]:
    def install(stage: Stage) -> None:
        stage.fired += 1
        stage.system.claim = change

    return install


def _fewer_by_pages(stage: Stage) -> None:
    stage.fired += 1
    stage.system.claim = lambda total: (stage.inner + 1) * stage.system.size if total else 0


def _next_at(shape: str) -> Callable[[Stage], None]:
    """Name a foreign address as the next page's."""

    def install(stage: Stage) -> None:
        scheme, _, host = stage.system.url.partition("://")
        name, _, port = host.partition(":")
        address = shape.format(scheme=scheme, host=host, name=name, port=port, other=int(port) % 60000 + 1)
        stage.on_page(replies.next_at(stage.system, address), page=stage.inner)

    return install


def _redirect(number: int) -> Callable[[Stage], None]:
    return lambda stage: stage.on_page(replies.status(number, Location=f"{stage.other.url}/customers"))


BOMB: Final = gzip.compress(b'{"data": "' + b" " * 4_000_000 + b'"}', 9, mtime=0)


def _bomb(reply: Reply) -> Reply:
    return replies.with_headers(Content_Encoding="gzip")(replies.raw(BOMB)(reply))


def _version(said: str) -> Callable[[Stage], None]:
    return _page(replies.with_headers(X_Api_Version=said))


FOREIGN: Final = {
    "another host": "{scheme}://elsewhere.example/customers?after=1",
    "another scheme": "https://{host}/customers?after=1",
    "another port": "{scheme}://{name}:{other}/customers?after=1",
    "another host without a scheme": "//elsewhere.example/customers?after=1",
    "a user and a password": "{scheme}://us:secret@{host}/customers?after=1",
    "our host as a user of another": "{scheme}://{name}@elsewhere.example/customers?after=1",
    "our host as the beginning of another": "{scheme}://{name}.elsewhere.example:{port}/customers?after=1",
    "a file": "file:///etc/passwd",
}

DAMAGED: Final = Fault("damaged", "C50", "", _page(replies.flushed), SHAPE)

FAULTS: Final = (
    *kin(
        DAMAGED.but(id=name, corpus="C50", text=text, install=_page(replies.zipped(change)), codes=codes)
        for name, text, change, codes in (
            (
                "gzip without its end",
                "The compressed page ends before its last bytes.",
                lambda packed: packed[:-8],
                CUT,
            ),
            (
                "gzip cut in the middle",
                "Half of the compressed page arrives.",
                lambda packed: packed[: len(packed) // 2],
                CUT,
            ),
            (
                "gzip with a wrong checksum",
                "The checksum of the compressed page is another.",
                lambda packed: packed[:-8] + bytes(byte ^ 255 for byte in packed[-8:-4]) + packed[-4:],
                SHAPE,
            ),
            (
                "gzip with a wrong length",
                "The length at the end of the compressed page is another.",
                lambda packed: packed[:-4] + bytes(byte ^ 1 for byte in packed[-4:]),
                SHAPE,
            ),
            (
                "bytes behind gzip",
                "Bytes follow the end of the compressed page.",
                lambda packed: packed + b"more",
                SHAPE,
            ),
        )
    ),
    DAMAGED.but(
        id="gzip cut at a flush point",
        text="The compressed page stops at a flush point between two records.",
        codes=CUT | SHAPE,
    ),
    DAMAGED.but(
        id="gzip cut once",
        text="The compressed page arrives cut, once.",
        install=_page(replies.zipped(lambda packed: packed[:-8]), 1),
        must=Must.EITHER,
        codes=CUT,
    ),
    DAMAGED.but(
        id="fewer records without a length",
        corpus="C51",
        text="Half of the page's records arrive as valid JSON, without a length; the connection closes.",
        install=_page(_fewer_and_silent),
        codes=CUT,
    ),
    *kin(
        DAMAGED.but(
            id=f"{name} {often}",
            corpus="C51",
            text=f"{text}{', once' if often == 'once' else ''}.",
            install=_page(change, 1 if often == "once" else 1_000_000),
            codes=CUT,
            must=Must.RECOVER if often == "once" else Must.REFUSE,
        )
        for name, text, change in (
            (
                "shorter than its length",
                "The connection closes before all that was announced arrived",
                replies.cut(0.6),
            ),
            ("chunk cut", "The connection closes in the middle of a chunk", replies.cut(0.6, "chunked")),
        )
        for often in ("once", "for ever")
    ),
    *kin(
        DAMAGED.but(id=name, corpus=corpus, text=text, install=_page(change), codes=codes)
        for name, corpus, text, change, codes in (
            (
                "HTML with 200",
                "C53",
                "The page is a web page: somebody has to log in.",
                replies.raw(b"<html>log in</html>", "text/html"),
                SHAPE,
            ),
            (
                "HTML called JSON",
                "C53",
                "The page is a web page that calls itself JSON.",
                replies.raw(b"<html>log in</html>"),
                SHAPE,
            ),
            (
                "error body with 200, success false",
                "C54",
                '`{"success": false}` comes with 200.',
                lambda reply: Reply({"success": False, "data": []}),
                SHAPE,
            ),
            (
                "error body with 200, error named",
                "C54",
                '`{"error": ...}` comes with 200, beside an empty list.',
                replies.with_body(error={"code": "backend"}, data=[]),
                SHAPE,
            ),
            ("list missing", "C54", "The page has no list of records.", replies.without("data"), SHAPE),
            ("list null", "C54", "The list of records is null.", replies.with_body(data=None), SHAPE),
            ("list renamed", "C54, C58", "The list has another name.", replies.renamed("data", "items"), SHAPE),
            ("204", "C55", "The page answers 204, without a body.", replies.status(204), SHAPE),
            ("empty body with 200", "C55", "The page answers 200 with an empty body.", replies.raw(b""), SHAPE),
            ("null with 200", "C55", "The body is `null`.", lambda reply: Reply(None), SHAPE),
            (
                "latin-1 bytes",
                "C50",
                "Names on the page are not in UTF-8.",
                replies.rewritten(lambda body: body.replace(b'"plan": "', '"plan": "\u00fc'.encode("latin-1"), 1)),
                frozenset({"bad_encoding"}),
            ),
            (
                "byte order mark",
                "C50",
                "The page begins with a byte order mark.",
                replies.rewritten(lambda body: b"\xef\xbb\xbf" + body),
                SHAPE | {"bad_encoding"},
            ),
            (
                "half a character",
                "C50",
                "A name on the page holds half of a pair of surrogates.",
                replies.rewritten(lambda body: body.replace(b'"plan": "', b'"plan": "\\ud83d', 1)),
                frozenset({"bad_encoding"}),
            ),
            (
                "a name twice in a record",
                "C54",
                "A record has its status twice, with different values.",
                replies.rewritten(lambda body: body.replace(b'"status": "', b'"status": "ended", "status": "', 1)),
                SHAPE,
            ),
            ("decompression bomb", "S08", "The page inflates to four megabytes of blanks.", _bomb, SHAPE),
            (
                "an encoding nobody asked for",
                "C50",
                "The page comes compressed in another way than asked for.",
                replies.with_headers(Content_Encoding="br"),
                SHAPE,
            ),
            (
                "a record that is none",
                "C54",
                "One of the page's records is a text.",
                replies.with_records(lambda records: [*records[:-1], "gone"]),  # type: ignore[list-item]
                SHAPE,
            ),
        )
    ),
    DAMAGED.but(
        id="empty list with 200",
        corpus="C55",
        text="The system answers with an empty list and says that this is all.",
        install=_every(replies.with_records(lambda _records: [])),
        codes=NO_END,
        positions=("first",),
    ),
    *kin(
        DAMAGED.but(
            id=f"total {name}, the settings allow for it",
            corpus="C57",
            text=f"The total is {what}; the settings say that it is only an estimate (`total.tolerance: 0.05`).",
            install=_totals(change),
            must=Must.PASS,
            styles=CURSORS,
            positions=("first",),
            system={"total": "body"},
            more={"total": {"body": "total", "tolerance": 0.05}},
        )
        for name, what, change in (
            ("3 % too low", "3 % too low", lambda total: total - total * 3 // 100),
            ("3 % too high", "3 % too high", lambda total: total + total * 3 // 100),
        )
    ),
    *kin(
        DAMAGED.but(
            id=f"total {name}",
            corpus="C57",
            text=f"The total is {name}; everything is listed.",
            install=_totals(change),
            codes=NO_END,
            positions=("first",),
            system={"total": "header"},
        )
        for name, change in (
            ("3 % too low", lambda total: total - total * 3 // 100),
            ("3 % too high", lambda total: total + total * 3 // 100),
            ("twice as high", lambda total: 2 * total),
            ("zero", lambda total: 0),
        )
    ),
    DAMAGED.but(
        id="total one too high",
        corpus="C57",
        text="The total counts a record that nobody ever sees.",
        install=_totals(lambda total: total + 1),
        codes=NO_END,
        positions=("first",),
        system={"total": "body"},
    ),
    DAMAGED.but(
        id="total of the first pages alone",
        corpus="C03",
        text="The total counts the pages up to this one, and a walk that goes by it ends there.",
        install=_fewer_by_pages,
        codes=NO_END,
        styles=POSITIONAL,
    ),
    *kin(
        DAMAGED.but(
            id=f"total {word}",
            corpus="C54",
            text=f"The total of the page is {word}.",
            install=_page(replies.with_body(total=value)),
            codes=SHAPE,
            styles=("cursor", "has_more", "offset", "page"),
            system={"total": "body"},
        )
        for word, value in (("null", None), ("a text", "many"), ("negative", -1), ("a fraction", 1.5))
    ),
    *kin(
        DAMAGED.but(
            id=f"next page at {name}",
            corpus="S05",
            text=f"The next page is said to lie at {name}.",
            install=_next_at(shape),
            codes=frozenset({"foreign_next"}),
            # Where the answer names a cursor, what has no scheme is one.
            styles=("link",) if shape.startswith("//") else ("cursor", "link"),
        )
        for name, shape in FOREIGN.items()
    ),
    *kin(
        DAMAGED.but(
            id=f"redirect {number}",
            corpus="S06",
            text=f"The page answers {number} and names another server.",
            install=_redirect(number),
            codes=frozenset({"refused"}),
        )
        for number in (301, 302, 307, 308)
    ),
    *kin(
        DAMAGED.but(
            id=f"version {name}",
            corpus="C58",
            text=f"The page {what}.",
            install=_version(said),
            codes=frozenset({"version_mismatch"}),
        )
        for name, what, said in (
            ("missing", "does not say in which version of the API it is", ""),
            ("different", "says another version of the API than was asked for", "2020-01"),
        )
    ),
)
