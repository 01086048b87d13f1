"""Who answers for a difference? Somebody always does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconciliation_pipeline.domain.records import Discrepancy, Kind


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers for some of the differences; what is None does not matter.

    Attributes:
        owner: Whoever answers for them.
        kind: Only this kind.
        field: Only records that differ in this field.
        key: Only records whose key looks like this; `*` stands for anything, `?` for one letter.
    """

    owner: str
    kind: Kind | None = None
    field: str | None = None
    key: str | None = None

    def fits(self, found: Discrepancy) -> bool:
        """Whether a difference goes this way."""
        return (
            self.kind in {None, found.kind}
            and (self.field is None or any(one.name == self.field for one in found.fields))
            and (self.key is None or fnmatchcase(found.key, self.key))
        )


def owner_of(found: Discrepancy, routes: Sequence[Route], by_kind: Mapping[Kind, str], default: str) -> str:
    """Say who answers for a difference: the first route that fits, its kind's owner, or the default one."""
    return next((route.owner for route in routes if route.fits(found)), by_kind.get(found.kind) or default)
