"""Which faults spoil keys, values and statuses? Section 1e of the corpus, and C58."""

from collections.abc import Callable
from typing import Any, Final

from reconciliation_pipeline_tests.faults import replies
from reconciliation_pipeline_tests.faults.cut_short import NO_END
from reconciliation_pipeline_tests.faults.stage import TRUSTED, Fault, Must, Stage, kin
from reconciliation_pipeline_tests.faults.system import Asked, Reply
from reconciliation_pipeline_tests.faults.world import ENDED, Record, moment_of

SHAPE: Final = frozenset({"bad_shape"})
KEYS: Final = frozenset({"keys_unusable", "counterpart_exists", "key_overlap", "bad_shape"})
Change = Callable[[Record], Record]


def _on_page(change: Change) -> Callable[[Stage], None]:
    return lambda stage: stage.on_page(replies.each(change))


def _on_one(change: Change) -> Callable[[Stage], None]:
    """Change the page's first record that is known on both sides."""

    def install(stage: Stage) -> None:
        chosen = stage.known(stage.rows())[0]["id"]
        stage.on_page(replies.each(lambda record: change(record) if record["id"] == chosen else record))

    return install


def everywhere(change: Change) -> Callable[[Stage], None]:
    """Change every record, wherever it is shown."""

    def spoil(asked: Asked, reply: Reply) -> Reply:
        if asked.what in {"one", "keyed"}:
            return Reply(change(replies.body_of(reply)), reply.status) if reply.status == 200 else reply
        return replies.each(change)(reply)

    return lambda stage: stage.on({"list", "search", "one", "keyed"}, spoil)


def _set(**values: Any) -> Change:
    return lambda record: {**record, **values}


def _without(name: str) -> Change:
    return lambda record: {key: value for key, value in record.items() if key != name}


def _renamed(name: str) -> Change:
    return lambda record: {f"{key}_v2" if key == name else key: value for key, value in record.items()}


def _nested(name: str) -> Change:
    return lambda record: {**_without(name)(record), "details": {name: record[name]}}


def _really(count: int, change: Callable[[Record], None]) -> Callable[[Stage], None]:
    """Let the system itself hold that: the truth changes with it."""

    def install(stage: Stage) -> None:
        for record in stage.known(stage.held, least=20 + count)[20 : 20 + count]:
            change(record)
            stage.fired += 1

    return install


def _share_keys(pairs: int) -> Callable[[Stage], None]:
    def install(stage: Stage) -> None:
        chosen = stage.known(stage.held, least=20 + 2 * pairs)[20 : 20 + 2 * pairs]
        for one, two in zip(chosen[::2], chosen[1::2], strict=True):
            two["number"] = one["number"]
            stage.fired += 1

    return install


def _ids_of_20_digits(stage: Stage) -> None:
    """Give new records ids that no float can hold, as numbers."""
    for place, record in enumerate(one for one in stage.held if one["id"] not in _before(stage)):
        record["id"] = str(12345678901234567890 + place)
        stage.system.place(record)
        stage.fired += 1
    stage.on({"list", "one", "search", "keyed"}, _ids_as_numbers)


def _before(stage: Stage) -> set[str]:
    return {one["id"] for one in stage.world.yesterday[stage.side]}


def _ids_as_numbers(asked: Asked, reply: Reply) -> Reply:
    def number(record: Record) -> Record:
        return {**record, "id": int(record["id"])} if record["id"].isdigit() else record

    if asked.what in {"list", "search"}:
        return replies.each(number)(reply)
    return Reply(number(replies.body_of(reply)), reply.status) if reply.status == 200 else reply


def _repeated_in_page(stage: Stage) -> None:
    stage.on_page(replies.with_records(lambda records: [*records, records[0]]))


def times(write: Callable[[str], Any]) -> Change:
    return lambda record: {**record, "created": write(record["created"]), "updated": write(record["updated"])}


def _milliseconds(text: str) -> int:
    return round(moment_of(text).timestamp() * 1000)


VALUES: Final = Fault("values", "C58", "", _on_page(lambda record: record), SHAPE)
ONE: Final = ("first",)

FAULTS: Final = (
    *kin(
        VALUES.but(
            id=f"{name} {word} on every record",
            corpus=corpus,
            text=f"Every record {what}.",
            install=everywhere(change(name)),
            codes=codes,
            positions=ONE,
        )
        for name, codes in (
            ("id", SHAPE),
            ("number", SHAPE | {"keys_unusable", "key_overlap"}),
            ("status", SHAPE),
            ("plan", SHAPE),
            ("updated", SHAPE),
        )
        for word, what, corpus, change in (
            ("renamed", f"carries `{name}` under another name", "C58", _renamed),
            ("moved", f"carries `{name}` inside another field", "C58", _nested),
        )
    ),
    *kin(
        VALUES.but(
            id=f"{name} null on every record",
            corpus="C58, C64" if name == "number" else "C58",
            text=f"`{name}` is null on every record.",
            install=everywhere(_set(**{name: None})),
            codes=codes,
            pasts=pasts,
            positions=ONE,
        )
        for name, codes, pasts in (
            ("id", SHAPE, VALUES.pasts),
            ("number", frozenset({"keys_unusable", "key_overlap"}), VALUES.pasts),
            ("status", SHAPE, VALUES.pasts),
            ("plan", SHAPE, (TRUSTED,)),
            ("mrr", SHAPE, (TRUSTED,)),
        )
    ),
    *kin(
        VALUES.but(
            id=f"{name} null on the page",
            corpus="C27, C58",
            text=f"`{name}` is null on every record of the page.",
            install=_on_page(_set(**{name: None})),
            codes=codes,
            pasts=pasts,
            must=must,
            beyond=beyond,
        )
        for name, codes, pasts, must, beyond in (
            ("number", KEYS, VALUES.pasts, Must.REFUSE, ""),
            ("status", SHAPE, VALUES.pasts, Must.REFUSE, ""),
            ("plan", SHAPE, (TRUSTED,), Must.REFUSE, ""),
            (
                "mrr",
                SHAPE,
                VALUES.pasts,
                Must.EITHER,
                "A value that is empty on a first morning may always have been. From the second one on it is noticed.",
            ),
        )
    ),
    *kin(
        VALUES.but(
            id=f"{name} on one record",
            corpus=corpus,
            text=f"One record of the page {what}.",
            install=_on_one(change),
            codes=codes,
        )
        for name, corpus, what, change, codes in (
            ("id null", "C64", "has no id", _set(id=None), SHAPE),
            ("status missing", "C58", "has no status", _without("status"), SHAPE),
            ("status a list", "C58", "has a list for a status", _set(status=["active"]), SHAPE),
            ("key null", "C64", "has lost its key on the way", _set(number=None), KEYS),
            ("key empty", "C64", "has lost its key on the way: it is the empty text", _set(number=""), KEYS),
            ("key blank", "C64", "has lost its key on the way: it is blank", _set(number="  "), KEYS),
            ("key a fraction", "C60", "has the key 7.0", _set(number=7.0), SHAPE),
            ("key true", "C60", "has the key `true`", _set(number=True), SHAPE),
            ("key another's", "C65", "has a key that nobody has", _set(number="0088888"), KEYS),
            ("amount NaN", "C67", "has the amount NaN", _set(mrr=float("nan")), SHAPE),
            ("amount infinite", "C67", "has the amount Infinity", _set(mrr=float("inf")), SHAPE),
            ("amount a word", "C67", "has a word for an amount", _set(mrr="free"), SHAPE),
            ("time a word", "C69", "was created `yesterday`", _set(created="yesterday"), SHAPE),
            ("time in milliseconds", "C69", "has times in milliseconds", times(_milliseconds), SHAPE),
            ("time without a year", "C69", "has times before 1970", _set(created="0001-01-01T00:00:00Z"), SHAPE),
        )
    ),
    VALUES.but(
        id="amount 1e400 on one record",
        corpus="C67",
        text="One record of the page has the amount 1e400.",
        install=lambda stage: stage.on_page(
            replies.rewritten(lambda body: body.replace(b'"mrr": ', b'"mrr": 1e400, "was": ', 1))
        ),
    ),
    VALUES.but(
        id="keys as numbers on the page",
        corpus="C60",
        text="The keys of the page are JSON numbers: 7 where the text 0000007 stands elsewhere.",
        install=_on_page(lambda record: {**record, "number": int(record["number"])}),
        codes=KEYS,
    ),
    VALUES.but(
        id="keys as numbers everywhere",
        corpus="C60",
        text="Every key is a JSON number: 7 where the other side has the text 0000007.",
        install=everywhere(lambda record: {**record, "number": int(record["number"])}),
        codes=KEYS,
        positions=ONE,
    ),
    VALUES.but(
        id="keys with spaces around them",
        corpus="C60, C61",
        text="Every key of the page has spaces around it.",
        install=_on_page(lambda record: {**record, "number": f" {record['number']} "}),
        must=Must.PASS,
    ),
    VALUES.but(
        id="ids of twenty digits, as numbers",
        corpus="C67",
        text="New records have ids of twenty digits, which no float can hold.",
        install=_ids_of_20_digits,
        must=Must.PASS,
        positions=ONE,
        styles=("cursor", "link", "offset", "page", "range"),
    ),
    VALUES.but(
        id="fewer than 1 % without a key",
        corpus="C64",
        text="The system itself holds 2 records of 240 without a key.",
        install=_really(2, lambda record: record.update(number=None)),
        codes=frozenset({"keys_unusable"}),
        must=Must.PASS,
        positions=ONE,
    ),
    VALUES.but(
        id="more than 1 % without a key",
        corpus="C64",
        text="The system itself holds 3 records of 240 without a key.",
        install=_really(3, lambda record: record.update(number="")),
        codes=frozenset({"keys_unusable"}),
        positions=ONE,
    ),
    VALUES.but(
        id="two records share a key",
        corpus="C65",
        text="The system itself holds two records with the same key.",
        install=_share_keys(1),
        codes=frozenset({"keys_unusable"}),
        must=Must.PASS,
        positions=ONE,
    ),
    VALUES.but(
        id="two pairs share a key",
        corpus="C65",
        text="The system itself holds two pairs of records with the same key: more than 1 %.",
        install=_share_keys(2),
        codes=frozenset({"keys_unusable"}),
        positions=ONE,
    ),
    VALUES.but(
        id="a record twice in a page",
        corpus="C65",
        text="The page ends with its first record once more.",
        install=_repeated_in_page,
        codes=NO_END | {"duplicate_source_id", "keys_unusable", "bad_shape"},
    ),
    VALUES.but(
        id="a status never seen, on few",
        corpus="C71",
        text="The system itself gives 3 records a status that the settings do not know: they count as ended.",
        install=_really(3, lambda record: record.update(status="paused_v2")),
        must=Must.PASS,
        positions=ONE,
    ),
    VALUES.but(
        id="a status never seen, on many",
        corpus="C71",
        text="The system itself gives 10 records a status that no record had yesterday.",
        install=_really(10, lambda record: record.update(status="paused_v2")),
        codes=frozenset({"unstable"}),
        pasts=(TRUSTED,),
        positions=ONE,
    ),
    VALUES.but(
        id="every status ended",
        corpus="C71",
        text="Every record of the list has ended, all of a sudden.",
        install=lambda stage: stage.on(
            {"list"}, lambda _asked, reply: replies.each(_set(status=ENDED[stage.side]))(reply)
        ),
        codes=frozenset({"unproven", "floor", "side_ratio", "unstable"}),
        positions=ONE,
    ),
)
