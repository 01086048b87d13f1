"""What did the comparison of an attempt find, before anyone judged it?

Derived from two snapshots and therefore replaceable, so it lies beside the archive and not in it.
"""

import json
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble, Tally
from reconciliation_pipeline.storage.codec import decode, encode
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.files import files_told_in_words, remove_half_written, written_whole


class NotCompared(StorageError):
    """No comparison of that attempt was kept, or it cannot be read any more."""


class Diffs:
    """The latest comparison of every attempt, a JSON file each."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, attempt: Attempt, comparison: Comparison) -> None:
        """Keep what a comparison found, in place of an earlier one of the same attempt.

        Raises:
            StorageUnavailable: The disk is full or the folder may not be written.
        """
        text = json.dumps(encode(comparison), ensure_ascii=False, separators=(",", ":"))
        # A run that was killed here is followed by another attempt, and that by a file of another name.
        remove_half_written((self.root / _path(attempt)).parent, ".*.tmp")
        with written_whole(self.root, _path(attempt)) as file:
            file.write(text.encode("utf-8", "surrogatepass"))

    def tally(self, attempt: Attempt) -> Tally | None:
        """Say what the comparison of an attempt counted; None when nothing is known of it.

        Of a comparison with many differences this reads much less than `load`.
        """
        try:
            kept = json.loads(self._read(attempt))
            troubles = Counter(decode(KeyTrouble, trouble).kind for trouble in kept["key_troubles"])
            known = {name: kept[name] for name in ("balances", "planted") if name in kept}
            return decode(Tally, {**known, "troubles": dict(troubles)})
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def load(self, attempt: Attempt) -> Comparison:
        """Give back what `keep` kept.

        Raises:
            NotCompared: Nothing was kept, or it cannot be read any more.
        """
        try:
            return decode(Comparison, json.loads(self._read(attempt)))
        except FileNotFoundError:
            text = f"Attempt {attempt.number} of {attempt.reconciliation} at {attempt.morning} has not been compared."
        except (ValueError, KeyError, TypeError, AttributeError):
            text = f"The comparison of {attempt.reconciliation} at {attempt.morning} cannot be read any more."
        raise NotCompared(text, remedy="Compare the morning again: materialise `diff`, or run the morning.")

    def give_up(self, reconciliation: str, morning: date) -> None:
        """Remove the comparisons of a morning; they could be made again only from its snapshots.

        Raises:
            StorageUnavailable: The folder may not be written.
        """
        folder = self.root / reconciliation / morning.isoformat()
        with files_told_in_words(folder):
            if folder.exists():
                shutil.rmtree(folder)

    def _read(self, attempt: Attempt) -> str:
        return (self.root / _path(attempt)).read_bytes().decode("utf-8", "surrogatepass")


def _path(attempt: Attempt) -> str:
    return f"{attempt.reconciliation}/{attempt.morning.isoformat()}/{attempt.number:03d}.json"
