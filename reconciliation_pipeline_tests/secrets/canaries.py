"""Secrets that nobody else has: random, recognisable, and to be found nowhere; in any spelling that a leak may have."""

import base64
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final
from urllib.parse import quote, quote_plus

PIECE: Final = 14
"""Characters of a canary that are looked for: a leak may be cut short at either end."""


@dataclass(frozen=True)
class Canary:
    """One secret.

    Attributes:
        slot: Which secret it stands for.
        value: Itself: small letters, as many filters let pass, around a few characters that addresses escape.
    """

    slot: str
    value: str

    @property
    def spellings(self) -> Iterator[tuple[str, bytes]]:
        """Give everything to look for, each with the name of its spelling."""
        for end, piece in (("head", self.value[:PIECE]), ("tail", self.value[-PIECE:])):
            for name, found in _spellings(piece.encode()):
                yield f"{self.slot}, {end}, {name}", found
        yield f"{self.slot}, quoted", quote(self.value, safe="").encode()
        yield f"{self.slot}, as a form", quote_plus(self.value).encode()


def hatched(slot: str, chance: random.Random, *, odd: str = "") -> Canary:
    """Make the secret of a slot.

    Args:
        slot: Which secret it stands for.
        chance: Where its letters come from.
        odd: Characters in its middle that addresses escape.
    """
    letters = "".join(chance.choice(ascii_lowercase) for _ in range(2 * PIECE))
    return Canary(slot, f"{letters[:PIECE]}{odd}{letters[PIECE:]}")


def _spellings(piece: bytes) -> Iterator[tuple[str, bytes]]:
    yield "plain", piece
    yield "capitals", piece.upper()
    yield "backwards", piece[::-1]
    yield "hexadecimal", piece.hex().encode()
    yield "wide", piece.decode().encode("utf-16-le")
    # Behind any other text its base64 depends on where in a group of three it begins; the groups within stay.
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + piece)
        yield f"base64, shifted by {shift}", whole[4 if shift else 0 : -4].rstrip(b"=")


def spelt(canaries: Iterable[Canary]) -> dict[bytes, str]:
    """Give everything to look for, and what it is."""
    return {spelling: name for canary in canaries for name, spelling in canary.spellings}
