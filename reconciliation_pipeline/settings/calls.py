"""What is sent to a system, and where does its answer hold what we look for?

Credentials by name, the list of all records, its total, single records. How pages follow each other
belongs in `paging.py`, what a record means in `model.py`.
"""

from typing import Literal

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from reconciliation_pipeline.settings.values import RecordPath, Strict, Text, VariableName, wrong


class Auth(Strict):
    """How requests are authorised; only names of environment variables, never values."""

    type: Literal["bearer", "basic", "header", "none"] = "bearer"
    """The scheme: a bearer token, user and password, a header of its own, or nothing."""
    token_env: VariableName | None = Field(default=None, validate_default=True)
    """Variable that holds the token (bearer, header) or the password (basic)."""
    user_env: VariableName | None = None
    """Variable that holds the user name (basic)."""
    header: str = "Authorization"
    """Name of the header that carries the token (header)."""

    @field_validator("token_env")
    @classmethod
    def _has_a_secret(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("type", "none") != "none":
            raise wrong(code="no_secret", kind=info.data["type"])
        return value


class Walk(Strict):
    """One more walk over the same list, for records the first leaves out."""

    params: dict[str, str | int]
    """Parameters that replace those of `list.params`."""
    state: Literal["archived", "deleted"] | None = None
    """What the records of this walk are, whatever their status says."""


class Listing(Strict):
    """Where every record of a side is listed."""

    path: str
    """Path below `base_url`."""
    params: dict[str, str | int | bool | list[str]] = Field(default_factory=dict)
    """Query parameters of every page."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of every request, such as a pinned API version. No secrets."""
    records: str
    """Path, in the answer, of the list of records; empty when the answer is the list itself."""
    fields_param: str | None = None
    """Parameter that names the wanted fields, for systems that return only what was asked for."""
    fields_prefix: str = ""
    """Prefix that mapped paths carry and the names in `fields_param` do not."""
    also: list[Walk] = Field(default_factory=list)
    """Further walks, for instance over archived records."""


class Total(Strict):
    """Where the source says how many records there are: in the body or in a header."""

    body: str | None = None
    """Path in the answer."""
    header: str | None = Field(default=None, validate_default=True)
    """Name of a header."""

    @field_validator("header")
    @classmethod
    def _one_place(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "body" in info.data and (value is None) == (info.data["body"] is None):
            raise wrong(code="one_place")
        return value


class ByKey(Strict):
    """How one record is found by its key."""

    path: str
    """Path of the list to search, below `base_url`."""
    param: str
    """Parameter that carries the key."""


class Lookup(Strict):
    """How single records are read again."""

    path: RecordPath
    """Path of one record, with `{source_id}` in it."""
    by_key: ByKey | None = None
    """How a record is found by its key, where the system can."""


class AsOf(Strict):
    """How a system is asked for a past moment."""

    param: str
    """Parameter that carries the moment."""


class AsOfColumn(Strict):
    """Which rows of a table are those of one morning."""

    column: Text
    """Column that holds the date of the morning a row is for; rows of other mornings are not read."""
