"""How do texts and moments become columns of Arrow?

From their bytes. `pyarrow.array` would do it too, but imports pandas with the first list it is given: 45 MB and a
quarter of a second, for nothing that a pull needs. How columns look in memory is fixed by Arrow itself
(https://arrow.apache.org/docs/format/Columnar.html).
"""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

import pyarrow as pa

MOMENT: Final = pa.timestamp("us", tz="UTC")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(microseconds=1)


def text_column(values: Sequence[str | None]) -> pa.Array:
    """Make a column of texts; None is null."""
    texts = [value or "" for value in values]
    whole = "".join(texts)
    if whole.isascii():
        data, lengths = whole.encode(), map(len, texts)
    else:
        encoded = [text.encode() for text in texts]
        data, lengths = b"".join(encoded), map(len, encoded)
    ends = array("i", accumulate(lengths, initial=0))
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(data), _present(values))


def moment_column(values: Sequence[datetime | None]) -> pa.Array:
    """Make a column of moments in UTC, in microseconds; None is null."""
    since = array("q", [0 if value is None else (value - _EPOCH) // _STEP for value in values])
    return pa.Array.from_buffers(MOMENT, len(values), [_present(values), pa.py_buffer(since)])


def _present(values: Sequence[object]) -> pa.Buffer | None:
    """Write one bit a value, the first one lowest: 0 where it is null. None when none is."""
    if None not in values:
        return None
    bits = "".join("0" if value is None else "1" for value in reversed(values))
    return pa.py_buffer(int(bits, 2).to_bytes((len(values) + 7) // 8, "little"))
