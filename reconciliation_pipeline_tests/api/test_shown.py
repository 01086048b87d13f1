"""Is a result readable in a terminal, in a notebook and as a page, whatever the data holds?"""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from reconciliation_pipeline import reconcile
from reconciliation_pipeline_tests.api.frames import frame

EVIL = '<script>alert("x")</script>\x1b[31m\u202e'
LEFT = frame("A", "B", "C", "D", None, plan=["pro", "pro", "Pro", "max", "x"], mrr=[49.0, 1234.5, 49.0, 5.5, 0.0])
RIGHT = frame("C", "B", "A", "E", "E", plan=["pro", "basic", "pro", "max", "max"], mrr=[49.0, 99.0, 49.0, 7.0, 7.0])


def test_a_terminal_shows_one_line_that_adds_up_and_a_small_table():
    expected = """\
1 of 7 records agrees; 1 differs in a value, 1 is only in crm, 0 only in billing; 1 differs in format only; \
1 without a key, 2 with a shared key
  crm: 5 rows = 1 equal + 1 differ + 1 in format only + 1 only here + 1 without a key
  billing: 5 rows = 1 equal + 1 differ + 1 in format only + 2 with a shared key

field  differ  format only  sum crm  sum billing
plan        1            1
mrr         1            0    1,338          211"""

    assert expected == repr(reconcile(LEFT, RIGHT, key="id", left_name="crm", right_name="billing"))


def test_numbers_of_the_headline_add_up():
    result = reconcile(LEFT, RIGHT, key="id")

    equal, records, *others = (int(number) for number in re.findall(r"\d+", result.headline))
    assert records == equal + sum(others)


def test_a_result_without_fields_has_no_table():
    assert "1 of 1 records agrees\n  left: 1 row = 1 equal\n  right: 1 row = 1 equal" == repr(
        reconcile(frame("A"), frame("A"), key="id")
    )


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def evil():
    left = frame(EVIL, f"{EVIL}2", **{EVIL: [EVIL, "x"]})
    right = frame(EVIL, f"{EVIL}3", **{EVIL: ["y", "x"]})
    return reconcile(left, right, key="id", left_name=f"l{EVIL}", right_name=f"r{EVIL}")


@pytest.mark.parametrize("show", [lambda result: result.to_html(title=EVIL), lambda result: result._repr_html_()])
def test_html_escapes_whatever_the_data_holds(show):
    page = Page(show(evil()))

    assert "script" not in {tag for tag, _ in page.tags}
    assert any('<script>alert("x")</script>' in text for text in page.texts)
    assert not any(letter in "".join(page.texts) for letter in "\x1b\u202e")


def test_a_terminal_shows_nothing_that_moves_it():
    assert not any(letter in repr(evil()) for letter in "\x1b\u202e")


def test_a_page_needs_nothing_else_and_forbids_itself_to_load_anything():
    text = reconcile(LEFT, RIGHT, key="id").to_html()
    page = Page(text)

    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" == policy
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.tags}
    assert [] == [attrs for _, attrs in page.tags if {"src", "href", "style", "onclick"} & set(attrs)]
    assert "prefers-color-scheme: dark" in style


def test_a_page_is_sorted_and_says_how_much_it_does_not_show():
    many = frame(*(f"K{number:02}" for number in range(20, 0, -1)))

    text = reconcile(many, frame("x"), key="id").to_html(most=3)

    assert ["K01", "K02", "K03", "x"] == re.findall(r'<th scope="row">(\w+)</th>', text)
    assert "the first 3 of 20" in text


def test_a_page_shows_every_frame_that_holds_something():
    text = reconcile(LEFT, RIGHT, key="id").to_html()

    titles = [title.strip() for title in re.findall(r"<h2[^>]*>([^<]*)", text)]
    assert ["Where the rows went", "Fields", "Values that differ", "Only in left"] == titles[:4]
    assert ["Written differently, the same otherwise", "Without a key", "With a shared key"] == titles[4:]


def test_what_is_missing_is_shown_as_a_dash():
    text = reconcile(frame("A", n=[1.0]), frame("A", n=[None]), key="id").to_html()

    assert "<td>1</td><td>—</td>" in text


def test_a_page_can_be_written_to_a_file(tmp_path):
    result = reconcile(LEFT, RIGHT, key="id")

    result.to_html(tmp_path / "page.html")

    assert result.to_html() == (tmp_path / "page.html").read_text("utf-8")
