"""What came of asking once more about the differences of an attempt?

It lies beside the snapshots, because it cannot be made again: it speaks of one moment. It names differences, and no
customer.
"""

import json

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.recheck import Recheck
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.archive import Archive, snapshot_path
from reconciliation_pipeline.storage.codec import decode, encode
from reconciliation_pipeline.storage.files import remove_half_written, written_whole


class Rechecks:
    """One JSON file an attempt, where anybody was asked."""

    def __init__(self, archive: Archive) -> None:
        self._root = archive.root

    def keep(self, attempt: Attempt, found: Recheck) -> None:
        """Keep what was found.

        Raises:
            StorageUnavailable: The disk is full or the folder may not be written.
        """
        text = json.dumps(encode(found), indent=2, sort_keys=True, ensure_ascii=False)
        # A run that was killed here is followed by another attempt, which has a folder of its own.
        remove_half_written((self._root / _path(attempt)).parent.parent, "*/.recheck.json.*.tmp")
        with written_whole(self._root, _path(attempt)) as file:
            file.write(f"{text}\n".encode())

    def of(self, attempt: Attempt) -> Recheck | None:
        """Give back what was kept; None when nobody was asked, or when it cannot be read: nothing is excused then."""
        try:
            return decode(Recheck, json.loads((self._root / _path(attempt)).read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def _path(attempt: Attempt) -> str:
    beside = snapshot_path(attempt.reconciliation, attempt.morning, attempt.number, Side.CRM)
    return f"{beside.rpartition('/')[0]}/recheck.json"
