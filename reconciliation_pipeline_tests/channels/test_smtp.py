"""Does a mail get through a real server, encrypted, and is every refusal told without a secret?"""

import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from reconciliation_pipeline.channels.channel import ChannelFailed
from reconciliation_pipeline.channels.mail import message_id
from reconciliation_pipeline.channels.smtp import Smtp
from reconciliation_pipeline_tests.channels.builders import a_message
from reconciliation_pipeline_tests.channels.mailserver import PASSWORD, USER, MailServer, serving, trusting

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KEY = "crm_billing/2026-11-22/drift"
ANA, BEN = "ana@example.com", "ben@example.com"


def a_channel(url: str, *, to: tuple[str, ...] = (ANA,), local: bool = False, waits: list[float] | None = None) -> Smtp:
    return Smtp(
        url,
        sender="recon@example.com",
        to=to,
        name="smtp:MAIL",
        local=local,
        context=trusting(),
        clock=lambda: AT,
        sleep=([] if waits is None else waits).append,
    )


def send(channel: Smtp) -> str | None:
    return channel.send(a_message("44 differences", "31 cancelled"), idempotency_key=KEY)


def failure(channel: Smtp) -> ChannelFailed:
    with pytest.raises(ChannelFailed) as caught:
        send(channel)
    told = "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in (PASSWORD, "p%40ss", USER + ":", "said by") if secret in told]
    return caught.value


@contextmanager
def a_script(*lines: bytes) -> Iterator[str]:
    """A server that says these lines, one after each of ours, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            taken, _ = listener.accept()
            with taken, taken.makefile("rb") as heard:
                for number, line in enumerate(lines):
                    if number:
                        heard.readline()
                    taken.sendall(line + b"\r\n")
                # The mail itself is heard to its end.
                while heard.readline() not in {b".\r\n", b""}:
                    pass

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("tls", ["smtps", "starttls"])
def test_a_mail_arrives_encrypted_from_whoever_logs_in(tls):
    mail = MailServer()
    with serving(mail, tls=tls, login=True) as url:
        assert None is send(a_channel(url, to=(ANA, BEN)))

    (got,) = mail.mails
    assert [True] == mail.encrypted
    assert [[ANA, BEN]] == mail.to
    assert "44 differences" == got["Subject"]
    assert message_id(KEY, "recon@example.com") == got["Message-ID"]
    assert "auto-generated" == got["Auto-Submitted"]


def test_a_server_that_does_not_encrypt_is_told_nothing():
    mail = MailServer()
    with serving(mail) as url:
        told = failure(a_channel(url))

    assert "smtp:MAIL does not offer to encrypt (STARTTLS), so it was told nothing." == told.text
    assert [] == mail.mails


def test_a_server_on_this_machine_may_do_without():
    mail = MailServer()
    with serving(mail) as url:
        send(a_channel(url, local=True))

    assert [False] == mail.encrypted


@pytest.mark.parametrize("tls", ["smtps", "starttls"])
def test_a_certificate_of_another_host_is_not_accepted(tls):
    with serving(MailServer(), tls=tls, name="mail.example.com") as url:
        told = failure(a_channel(url))

    assert "smtp:MAIL cannot be reached: its certificate is not accepted." == told.text


def test_a_certificate_that_nobody_vouches_for_is_not_accepted():
    with serving(MailServer(), tls="smtps") as url:
        told = failure(Smtp(url, sender=BEN, to=[ANA], name="smtp:MAIL", sleep=lambda _: None))

    assert "smtp:MAIL cannot be reached: its certificate is not accepted." == told.text


def test_a_wrong_password_is_told_without_it():
    with serving(MailServer(), tls="smtps", login=True) as url:
        told = failure(a_channel(url.replace("p%40ss", "wrong")))

    assert "smtp:MAIL refused user and password (535)." == told.text
    assert told.is_down


def test_a_server_that_nobody_can_log_in_to_says_so():
    with a_script(b"220 hello", b"250 fine") as url:
        told = failure(a_channel(url.replace("//", "//recon:pw@"), local=True))

    assert "smtp:MAIL offers no way to log in." == told.text


@pytest.mark.parametrize(("tries", "answer"), [(3, "451 said by the server"), (1, "554 said by the server")])
def test_what_is_put_off_is_tried_again_and_what_is_refused_is_not(tries, answer):
    waits: list[float] = []
    with serving(MailServer(answers=[answer]), tls="smtps") as url:
        told = failure(a_channel(url, waits=waits))

    assert tries - 1 == len(waits)
    assert answer[:3] in told.text
    assert not told.is_down


def test_a_mail_that_is_put_off_once_arrives_once():
    mail = MailServer(answers=["451 said by the server", "250 taken"])
    with serving(mail, tls="smtps") as url:
        send(a_channel(url))

    assert 1 == len(mail.mails)


def test_a_recipient_who_is_refused_holds_up_nobody_else_and_is_told_by_number():
    mail = MailServer(recipients={BEN: "550 said by the server"})
    with serving(mail, tls="smtps") as url:
        remark = send(a_channel(url, to=(ANA, BEN)))

    assert "smtp:MAIL took the mail, and refused of its 2 recipients number 2 (550)." == remark
    assert [[ANA]] == mail.to


@pytest.mark.parametrize(
    ("told", "recipients"),
    [
        ("smtp:MAIL refused every recipient (550).", {ANA: "550 no", BEN: "554 no"}),
        ("smtp:MAIL put every recipient off (450), also when tried again.", {ANA: "550 no", BEN: "450 later"}),
    ],
)
def test_a_mail_that_nobody_may_get_has_not_arrived(told, recipients):
    with serving(MailServer(recipients=recipients), tls="smtps") as url:
        found = failure(a_channel(url, to=(ANA, BEN)))

    assert told == found.text
    assert found.is_down


def test_a_sender_who_is_refused_is_the_channels_trouble():
    with serving(MailServer(sender="553 said by the server"), tls="smtps") as url:
        found = failure(a_channel(url))

    assert "smtp:MAIL refused the sender (553)." == found.text
    assert found.is_down


def test_a_server_that_is_not_there_is_tried_three_times():
    waits: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    told = failure(a_channel(f"smtps://127.0.0.1:{port}", waits=waits))

    assert "smtp:MAIL cannot be reached, or broke off before it took anything." == told.text
    assert 2 == len(waits)


def test_a_server_that_hangs_up_once_it_has_the_mail_is_not_given_it_twice():
    waits: list[float] = []
    with a_script(b"220 hello", b"250 fine", b"250 fine", b"250 fine", b"354 go on") as url:
        told = failure(a_channel(url, local=True, waits=waits))

    assert "smtp:MAIL broke off while it took the mail; it may have arrived or not." == told.text
    assert [] == waits


def test_what_knows_the_password_does_not_show_it():
    channel = a_channel("smtps://recon:p%40ss@mail.example.com")

    assert "p@ss" not in repr(vars(channel))
