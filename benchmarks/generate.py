"""Two sides that agree on nearly everything, and how many differences are between them.

0.5 % of each side are unknown to the other, 1 % of the records that both have differ, and billing is in another order.
The same number of rows is the same data everywhere. There are two kinds:

    plain   both systems write every value alike; six fields are compared
    every   the two write nothing alike: keys, e-mail addresses, phone numbers, countries, dates, words and blanks; ten
            fields are compared, with a rule of every type, and two records in a hundred differ within a tolerance

The column `meets` of `every` is the key as both would write it. It is for the bare join, which knows no rules.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.writer import BATCH

MEMORY: Final = "4GB"
PLAIN, EVERY = "plain", "every"
KINDS: Final = (PLAIN, EVERY)

ALIASED: Final = 5
"""Place of the one record that has another key in the CRM, after those that billing does not have."""
OLD_KEY: Final = "before-the-merger"
EVERY_FIELDS: Final = ("company", "contact", "email", "phone", "country", "since", "tier", "seats", "usage", "mrr")

Columns = dict[str, str]
"""A snapshot's columns, each with the SQL over the number `n` that fills it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of what is in the data.

    Attributes:
        rows: Records of a side.
    """

    rows: int

    @property
    def one_sided(self) -> int:
        """Records of each side that the other does not have."""
        return self.rows // 200

    @property
    def changed(self) -> int:
        """Records that both have, with another value in one field."""
        # Those of the numbers from `one_sided` up to `rows` that leave 7 when divided by 100.
        return (self.rows - 1 - 7) // 100 - (self.one_sided - 1 - 7) // 100

    @property
    def truth(self) -> dict[str, int]:
        """Count what a comparison has to find."""
        return {"crm_only": self.one_sided, "billing_only": self.one_sided, "value_conflict": self.changed}


def files_of(folder: Path, kind: str) -> SnapshotFiles:
    """Name the files of a kind in a folder, whether they exist or not."""
    return SnapshotFiles(
        crm=folder / f"{kind}-crm.parquet",
        billing=folder / f"{kind}-billing.parquet",
        digests={side: folder / f"{kind}-{side}.digests.parquet" for side in Side},
    )


def generate(folder: Path, rows: int, kind: str = PLAIN) -> SnapshotFiles:
    """Write both sides, as our archive writes snapshots: zstd, and row groups of that size; not yet their digests."""
    files, sizes = files_of(folder, kind), Sizes(rows)
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY, "temp_directory": str(folder)}) as connection:
        for side in Side:
            # CRM has the numbers from 0 on; billing begins 0.5 % later, so that each lacks a stretch of the other.
            start = 0 if side is Side.CRM else sizes.one_sided
            columns = _plain(side) if kind == PLAIN else _every(side, sizes)
            named = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
            order = "" if side is Side.CRM else "ORDER BY hash(n)"
            connection.execute(f"""
                COPY (SELECT {named} FROM (SELECT n FROM range({start}, {start + rows}) numbers(n) {order}))
                TO '{files[side]}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {BATCH})""")  # noqa: S608 - our own numbers
    return files


def _common(side: Side) -> Columns:
    return {
        "source_id": f"'{side}_' || md5('{side}' || n)",
        "status": "'active'",
        "state": "'active'",
        "created_at": "TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_minutes(n % 3000000)",
        "updated_at": "TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(n % 20000000)",
    }


def _plain(side: Side) -> Columns:
    changed = "false" if side is Side.CRM else "n % 100 = 7"
    return _common(side) | {
        "key": "printf('C%09d', n)",
        "field_company": "'Company number ' || n || ' of the long list'",
        "field_email": "'office' || n || '@example' || n % 5000 || '.com'",
        "field_plan": f"CASE WHEN {changed} AND n % 200 = 7 THEN 'other' ELSE 'plan ' || n % 7 END",
        "field_country": "['DE', 'AT', 'CH', 'FR', 'NL'][1 + n % 5]",
        "field_seats": "CAST(1 + n % 90 AS VARCHAR)",
        "field_mrr": f"printf('%d.%02d', n % 500 + if({changed} AND n % 200 <> 7, 1, 0), n % 100)",
        "field_mrr_currency": "'EUR'",
    }


def _every(side: Side, sizes: Sizes) -> Columns:
    is_crm = side is Side.CRM
    # Each changed record differs in one field, and each field in a tenth of them.
    place = {name: number for number, name in enumerate(EVERY_FIELDS)}

    def other(field: str, value: str, instead: str) -> str:
        turn = f"n % 100 = 7 AND n // 100 % {len(place)} = {place[field]}"
        return value if is_crm else f"CASE WHEN {turn} THEN {instead} ELSE {value} END"

    near = "0" if is_crm else "if(n % 50 = 3, 1, 0)"
    accent = "chr(235)" if is_crm else "'e' || chr(776)"
    countries = "['DE', 'AT', 'CH', 'FR', 'NL']"
    if not is_crm:
        countries = "['Germany', 'Austria', 'Switzerland', 'France', 'Netherlands']"
    clean = "printf('%09d-de', n)"
    key = f"CASE WHEN n = {sizes.one_sided + ALIASED} THEN '{OLD_KEY}' ELSE {clean} END"
    if not is_crm:
        key = "'B-' || n || if(n % 50 = 1, '-DE ', '-de')"
    contact = f"'Zo' || {accent} || ' Berg ' || n"
    email = "'office' || n || '@example' || n % 5000 || '.com'"
    number = "printf('%07d', n % 10000000)"
    day = "(DATE '2015-01-01' + CAST({} AS INTEGER))"
    since = f"strftime({day}, '{'%Y-%m-%d' if is_crm else '%d.%m.%Y'}')"
    words = "['Gold', 'Silver', 'Bronze'][1 + ({}) % 3]" if is_crm else "['P1', 'P2', 'P3'][1 + ({}) % 3]"
    return _common(side) | {
        "key": key,
        "meets": clean,
        "field_company": other("company", "'Company number ' || n || ' of the long list'", "'Another company ' || n"),
        "field_contact": other("contact", contact if is_crm else f"upper({contact}) || '  '", "'Ada Stern ' || n"),
        "field_email": other("email", email if is_crm else f"upper({email})", f"'x' || {email}"),
        "field_phone": other(
            "phone",
            f"'+49 30 ' || {number}" if is_crm else f"'030/' || {number}",
            f"'031/' || {number}",
        ),
        "field_country": other("country", f"{countries}[1 + n % 5]", "'Italy'"),
        "field_since": other("since", since.format("n % 4000"), since.format("n % 4000 + 1")),
        "field_tier": other("tier", words.format("n"), words.format("n + 1")),
        "field_seats": other("seats", f"CAST(1000 + n % 90 + {near} AS VARCHAR)", "CAST(2000 + n % 90 AS VARCHAR)"),
        "field_usage": other("usage", "printf('%d.%03d', n % 5000, n % 1000)", "printf('%d.5', 9000 + n % 90)"),
        "field_mrr": other(
            "mrr", f"printf('%d.%02d', n % 500, n % 99 + {near})", "printf('%d.%02d', 600 + n % 500, n % 99)"
        ),
        "field_mrr_currency": "'EUR'",
    }


def main() -> None:
    """Write the two sides of one kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    generate(asked.folder, asked.rows, asked.kind)


if __name__ == "__main__":
    main()
