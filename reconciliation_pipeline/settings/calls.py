"""What is sent to a system, and where does its answer hold what we look for?

Credentials by name, the list of all records, its total, single records. How pages follow each other
belongs in `paging.py`, what a record means in `model.py`.
"""

from typing import Literal

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from reconciliation_pipeline.settings.values import Address, RecordPath, Strict, Text, VariableName, wrong


class Auth(Strict):
    """How requests are authorised; only names of environment variables, never values."""

    type: Literal["bearer", "basic", "header", "oauth2", "none"] = "bearer"
    """The scheme: a bearer token, user and password, a header of its own, OAuth2 client credentials, or nothing."""
    token_env: VariableName | None = Field(default=None, validate_default=True)
    """Variable that holds the token (bearer, header), the password (basic) or the client's secret (oauth2)."""
    user_env: VariableName | None = None
    """Variable that holds the user name (basic)."""
    header: str = "Authorization"
    """Name of the header that carries the token (header)."""
    client_env: VariableName | None = Field(default=None, validate_default=True)
    """Variable that holds the client's id (oauth2)."""
    token_url: Address | None = Field(default=None, validate_default=True)
    """Address that hands out access tokens (oauth2)."""
    scope: str | None = None
    """Scopes to ask for, separated by spaces (oauth2)."""

    @field_validator("token_env")
    @classmethod
    def _has_a_secret(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("type", "none") != "none":
            raise wrong(code="no_secret", kind=info.data["type"])
        return value

    @field_validator("client_env", "token_url")
    @classmethod
    def _knows_where_tokens_come_from(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("type") == "oauth2":
            raise wrong(code="no_token_source")
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

    tolerance: float = Field(default=0, ge=0, lt=1)
    """Share by which the claim may be off, for systems that only estimate it."""


class Then(Strict):
    """A second question, asked for each record that the first one found."""

    path: str
    """Path below `base_url`; `{id}` stands for the found record's id."""
    params: dict[str, str | int | bool | list[str]] = Field(default_factory=dict)
    """Query parameters; `{id}` stands for the found record's id."""


class ByKey(Strict):
    """How one record is found by its key."""

    path: str
    """Path of the list to search, or of the record itself, below `base_url`; `{key}` stands for the key."""
    param: str | None = None
    """Parameter that carries the key."""
    params: dict[str, str | int | bool | list[str]] = Field(default_factory=dict)
    """Further query parameters; `{key}` stands for the key."""
    records: str | None = None
    """Path, in the answer, of the records found; by default that of `list`, or the answer if the path has `{key}`."""
    then: Then | None = None
    """A second question, where the first one finds something else: a customer, whose subscriptions are asked for."""


class Lookup(Strict):
    """How single records are read again."""

    path: RecordPath
    """Path of one record, with `{source_id}` in it."""
    params: dict[str, str | int | bool | list[str]] = Field(default_factory=dict)
    """Query parameters of a single record."""
    record: str = ""
    """Path, in the answer, of the record; empty when the answer is the record itself."""
    by_key: ByKey | None = None
    """How a record is found by its key, where the system can."""


class Account(Strict):
    """How a system says whose data it shows: asked before and after every walk."""

    path: str
    """Path below `base_url`."""
    id: str = "id"
    """Path of the account's id in the answer."""
    expect: str | None = None
    """The id it must be; by default the one of the last trusted morning."""


class AsOf(Strict):
    """How a system is asked for a past moment."""

    param: str
    """Parameter that carries the moment."""


class AsOfRows(Strict):
    """Which rows of a table are those of one morning: by a column, or by a condition."""

    column: Text | None = None
    """Column that holds the date of the morning a row is for; rows of other mornings are not read."""
    expression: Text | None = Field(default=None, validate_default=True)
    """SQL condition that a row of that morning meets; `:morning` in it stands for the date."""

    @field_validator("expression")
    @classmethod
    def _one_of_both(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "column" in info.data and (value is None) == (info.data["column"] is None):
            raise wrong(code="one_as_of")
        return value
