"""Does an error repeat what a system says back of what it was sent? Every way of saying it, in milliseconds."""

import random
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciliation_pipeline.channels.channel import ChannelFailed
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.channels.slack import MEANINGS
from reconciliation_pipeline.channels.slack_bot import SlackBot
from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.mistakes import SettingsBroken
from reconciliation_pipeline_tests.channels.builders import a_message
from reconciliation_pipeline_tests.connectors.builders import FakeTime, a_rest_side
from reconciliation_pipeline_tests.secrets.canaries import hatched, spelt
from reconciliation_pipeline_tests.secrets.house import customers
from reconciliation_pipeline_tests.secrets.mirror import Mirror, mirroring

CANARY = hatched("a slot", random.Random(3))


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    with mirroring(Mirror(customers(60))) as serving:
        yield serving


def leaks(error: Exception) -> list[str]:
    """Name every spelling of the secret in an error, in what caused it, and in what was under way."""
    told = "".join(traceback.format_exception(error)) + repr(vars(error))
    return [name for spelling, name in spelt([CANARY]).items() if spelling in told.encode()]


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("401", "answered 401 Unauthorized."),
        ("403", "answered 403 Forbidden."),
        ("404", "answered 404 Not Found."),
        ("429", "answered 429 Too Many Requests"),
        ("500", "answered 500 Internal Server Error"),
        ("599", "answered 599, also when asked again."),
        ("204", "answered 204 No Content instead of records."),
        ("redirect", "answered 302 Found, a redirect"),
        ("foreign", "on http://127.0.0.1:9, outside"),
        ("foreign user", "on http://127.0.0.1:9, outside"),
        ("typed", "answered with something else instead of JSON"),
        ("web page", "answered with text/html instead of JSON"),
        ("encoded", "answered in another encoding"),
        ("another version", "An answer is in another version (X-Version); 2026-01 was asked for"),
        ("an error", "came as a success but reports an error"),
        ("no list", "data is not a list"),
        ("no JSON", ""),
        ("hangs up", "cannot be reached"),
    ],
)
@pytest.mark.parametrize("auth", [{"type": "bearer"}, {"type": "header", "header": "X-Api-Key"}])
def test_no_error_of_a_source_repeats_what_was_sent(mirror: Mirror, mode, says, auth):
    mirror.behaves(mode)
    versioned = {"headers": {"X-Version": "2026-01"}} if mode == "another version" else {}
    side = a_rest_side(
        mirror.url,
        auth={**auth, "token_env": "TOKEN"},
        list={"path": "/customers", "records": "data", **versioned},
        version_header="X-Version" if versioned else None,
    )
    source = RestSource(side, side=Side.CRM, environ={"TOKEN": CANARY.value}, clock=FakeTime().clock)

    with pytest.raises(PullFailed) as failed:
        list(source.pull())

    assert mirror.was_sent(CANARY.value)
    assert says in failed.value.text
    assert [] == leaks(failed.value)


@pytest.mark.parametrize("mode", ["400", "404", "500", "redirect", "web page", "only the code", "hangs up"])
def test_no_error_of_a_channel_repeats_its_address(mirror: Mirror, mode):
    mirror.behaves(mode)
    poster = Poster(f"{mirror.url}/services/{CANARY.value}", "slack:HOOK", local=True, sleep=lambda _: None)

    with pytest.raises(ChannelFailed) as failed:
        poster.post(b"{}", meanings=MEANINGS)

    assert mirror.was_sent(CANARY.value)
    assert [] == leaks(failed.value)


@pytest.mark.parametrize("mode", ["400", "404", "500", "redirect", "web page", "only the code", "hangs up"])
def test_no_error_of_a_bot_repeats_its_token(mirror: Mirror, mode):
    mirror.behaves(mode)
    url = f"{mirror.url}/api/chat.postMessage"
    bot = SlackBot(CANARY.value, "C0123456789", name="slack:TOKEN", url=url, local=True, sleep=lambda _: None)

    with pytest.raises(ChannelFailed) as failed:
        bot.send(a_message(), idempotency_key="key")

    assert mirror.was_sent(CANARY.value)
    assert [] == leaks(failed.value)


@pytest.mark.parametrize("key", ["floor", "settling", "timezone", "start", "compare", "schedule"])
def test_no_mistake_in_the_settings_repeats_one_very_long_word(key):
    with pytest.raises(SettingsBroken) as broken:
        check(f"id: pair\n{key}: {CANARY.value}\n".encode(), Path("pair.yaml"), {})

    assert key in {mistake.key_path for mistake in broken.value.mistakes}
    assert [] == leaks(broken.value)
