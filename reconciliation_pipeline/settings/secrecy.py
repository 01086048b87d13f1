"""Is there a secret in a file that only names of secrets belong in?

Finds it, says where, and never repeats it.
"""

import re
from collections.abc import Iterator

from reconciliation_pipeline.settings.mistakes import Keys, Mistake
from reconciliation_pipeline.settings.places import Document

_SECRET_KEY = re.compile(
    r"(^|[_-])(token|secret|pass|passwd|password|pwd|bearer|credentials?|cookie|authorization)$|api[_-]?key|^webhook(_url)?$",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"\b(sk|rk|pk)_(live|test)_|\bwhsec_|\bpat-[a-z]{2}\d?-|\bxox[a-z]-|\bgh[a-z]_|\bBearer\s+\S"
    r"|hooks\.slack\.com/services/|[?&](api_?key|token|secret|password)=",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"[A-Za-z0-9_+/=-]{24}")
_USERINFO = re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s?#]*@", re.IGNORECASE)
_TEXT = "a secret is never written in this file"
_CHANNEL = (
    f"the address of a channel is a secret, and {_TEXT}",
    "put it into an environment variable, and name that: `url_env: SLACK_WEBHOOK_URL`",
)
_PING = (
    f"whoever knows the address of a ping can speak for us, and {_TEXT}",
    "put it into an environment variable, and name that: `url_env: PING_URL`",
)
_DATABASE = "put the whole address into an environment variable, and name that: `url_env: CRM_DATABASE_URL`"
_ADDRESS = (
    "a user or password stands inside this address",
    "put them into environment variables, and name those under auth: user_env, token_env",
)


def is_secret_key(keys: Keys) -> bool:
    """Tell whether what stands here could be a secret, so that it must not be repeated."""
    words = [str(step) for step in keys]
    return "auth" in words or words[-1:] == ["url"] or any(word.endswith("_env") or _names_one(word) for word in words)


def looks_secret(value: str) -> bool:
    """Tell whether a value has the form of a secret."""
    return bool(_SECRET_VALUE.search(value) or _USERINFO.search(value))


def may_be_secret(value: str) -> bool:
    """Tell whether a value had better not be repeated: it looks like a secret, or is one very long word."""
    return looks_secret(value) or _LONG_WORD.search(value) is not None


def secrets_in(document: Document) -> Iterator[Mistake]:
    """Find every secret that is written out, by its key or by its form."""
    for keys, raw in document.raw.items():
        last = str(keys[-1])
        if last.endswith("_env") or not raw:
            continue
        if _names_one(last) and keys[-2:-1] != ("fields",):
            yield document.mistake(keys, _TEXT, _remedy(keys, document), at_key=True)
        elif keys[0] == "channels" and last in {"url", "address"}:
            yield document.mistake(keys, *_CHANNEL, at_key=True)
        elif keys[0] == "ping" and last in {"url", "address"}:
            yield document.mistake(keys, *_PING, at_key=True)
        elif _USERINFO.search(raw):
            text, remedy = _ADDRESS
            yield document.mistake(keys, text, _DATABASE if _is_database(keys, document) else remedy)
        elif looks_secret(raw):
            yield document.mistake(keys, f"this looks like a secret, and {_TEXT}", _remedy(keys, document))


def promised(mistake: Mistake) -> str:
    """Name the key that the remedy of a secret tells people to write, so that nobody is told twice."""
    parent = mistake.key_path.rpartition(".")[0]
    named = parent.startswith(("channels", "ping")) or mistake.remedy == _DATABASE
    return f"{parent}.{'url_env' if named else 'token_env'}"


def _names_one(word: str) -> bool:
    return _SECRET_KEY.search(word) is not None


def _is_database(keys: Keys, document: Document) -> bool:
    return keys[:1] == ("sides",) and document.raw.get((*keys[:2], "connector")) == "sql"


def _remedy(keys: Keys, document: Document) -> str:
    if _is_database(keys, document):
        return _DATABASE
    if "auth" in keys or keys[0] != "sides":
        return "put it into an environment variable, and name that: `token_env: CRM_TOKEN`"
    return "put it into an environment variable, and name that under auth: `auth: {token_env: CRM_TOKEN}`"
