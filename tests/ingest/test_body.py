"""Which text a mail has, from which of its parts, and in which letters."""

from __future__ import annotations

import pytest

from maild.ingest.body import html
from maild.ingest.language import guess
from maild.ingest.mime.charsets import decode
from maild.ingest.parse import parse
from tests.ingest.letters import HEAD, mixed

PLAIN = b"Content-Type: text/plain\r\n\r\nplain"
RICH = b"Content-Type: text/html\r\n\r\n<p>rich</p>"
NAMED = b"Content-Type: text/plain; name=log.txt\r\n\r\nlog"
PICTURE = b"Content-Type: image/png; name=a.png\r\nContent-Disposition: inline\r\nContent-ID: <p1>\r\n\r\nx"


@pytest.mark.parametrize(
    ("raw", "text", "rich", "names"),
    [
        (HEAD + b"\r\nplain", "plain", "", []),
        (HEAD + b"Content-Type: text/html\r\n\r\n<p>rich</p>", "rich", "<p>rich</p>", []),
        (mixed(PLAIN, RICH, kind="alternative"), "plain", "<p>rich</p>", []),
        (mixed(b"\r\n  ", RICH, kind="alternative"), "rich", "<p>rich</p>", []),
        (mixed(PLAIN, NAMED), "plain", "", ["log.txt"]),
        (mixed(PLAIN, PICTURE, b"\r\nmore"), "plain\nmore", "", ["a.png"]),
        (mixed(RICH, PICTURE, kind="related"), "rich", "<p>rich</p>", ["a.png"]),
        (mixed(PLAIN, b"Content-Disposition: attachment\r\n\r\nnote"), "plain", "", ["attachment.txt"]),
        (
            mixed(PLAIN, b"Content-Type: text/calendar\r\n\r\nBEGIN", kind="alternative"),
            "plain",
            "",
            ["attachment.ics"],
        ),
        (HEAD + b"Content-Type: multipart/mixed; boundary=never\r\n\r\nplain", "plain", "", []),
        (HEAD + b"Content-Type: nonsense\r\n\r\nplain", "plain", "", []),
        (HEAD + b"Content-Type: application/pdf\r\n\r\n%PDF", "", "", ["attachment.pdf"]),
    ],
)
def test_the_text_is_what_people_read_and_the_rest_is_attached(
    raw: bytes, text: str, rich: str, names: list[str]
) -> None:
    message = parse(raw)
    assert (message.text.strip(), message.html.strip()) == (text, rich)
    assert [each.filename for each in message.attachments] == names


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (HEAD + b"Content-Type: text/plain; name=log.txt\r\n\r\nlog", "log"),
        (mixed(b"\r\n ", b"Content-Type: text/html; name=a.html\r\n\r\n<p>rich</p>"), "rich"),
        (mixed(b"Content-Type: text/plain; name=log.txt\r\nContent-Disposition: attachment\r\n\r\nlog"), ""),
        (mixed(PICTURE, b"Content-Type: image/gif; name=b.gif\r\n\r\ny"), ""),
    ],
)
def test_a_mail_of_nothing_but_named_texts_shows_the_first_and_keeps_it_a_file(raw: bytes, text: str) -> None:
    message = parse(raw)
    assert message.text.strip() == text
    assert message.attachments


def test_enriched_text_is_read_without_its_tags() -> None:
    part = b"Content-Type: text/enriched\r\n\r\n<bold>Now</bold> is <color><param>red</param>the</color> time: 1 << 2"
    assert parse(HEAD + part).text == "Now is the time: 1 < 2"


def test_flowed_lines_are_one_paragraph() -> None:
    body = b"A long \r\nparagraph\r\n> quoted \r\n> on\r\n-- \r\nAnna"
    message = parse(HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + body)
    assert message.text == "A long paragraph\n> quoted on\n-- \nAnna"
    message = parse(HEAD + b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nlong \r\nword")
    assert message.text == "longword"


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        ("Grüße".encode(), "", "Grüße"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode(), "no-such-charset", "Grüße"),
        ("Grüße".encode(), "punycode", "Grüße"),
        ("10 € – „Zitat“".encode("cp1252"), "iso-8859-1", "10 € – „Zitat“"),
        ("Grüße".encode("latin-1"), "utf-8", "Grüße"),
        ("Grüße aus Köln, schöne Tage".encode() + b"\xc3", "utf-8", "Grüße aus Köln, schöne Tage\ufffd"),
        ("Привет, как дела? Всё хорошо.".encode("koi8-r"), "koi8-r", "Привет, как дела? Всё хорошо."),
        ("你好".encode("gb18030"), "GB2312", "你好"),
        ("日本語".encode("iso2022_jp"), "ISO-2022-JP", "日本語"),
        ("Grüße".encode("utf-8-sig"), "", "Grüße"),
        ("Grüße".encode("utf-16"), "", "Grüße"),
        (b"\x81\x8d\x8f", "windows-1252", "\x81\x8d\x8f"),
        (b"", "", ""),
    ],
)
def test_letters_survive_what_senders_declare(data: bytes, declared: str, text: str) -> None:
    assert decode(data, declared) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<ul><li>a<li>b</ul>", "* a\n* b"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a  b\nc  d"),
        ('<a href="https://x.example/y">more</a>', "more (https://x.example/y)"),
        ('<a href="https://www.x.example/">www.x.example</a>', "www.x.example"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ("<style>p {}</style><script>x()</script><title>t</title>shown", "shown"),
        ('seen<div style="display:none">hidden</div><p hidden>x</p><span style="font-size:0px">y</span>', "seen"),
        ('seen<div style="color:red;Display : none">hidden</div>', "seen"),
        ("<div>" * 5000 + "deep", "deep"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("", ""),
    ],
)
def test_html_becomes_text_that_keeps_its_structure(source: str, text: str) -> None:
    assert html.to_text(source) == text


@pytest.mark.parametrize(
    "quotation",
    [
        '<div class="gmail_quote">On Monday Max wrote:<blockquote>old</blockquote></div>',
        '<blockquote type="cite">old</blockquote>',
        '<div id="divRplyFwdMsg">From: Max</div><div>old</div>',
        '<div id="appendonsend"></div><hr><div>old</div>',
    ],
)
def test_quotations_that_mail_clients_mark_are_not_new_text(quotation: str) -> None:
    message = parse(HEAD + b"Content-Type: text/html\r\n\r\n<div>new</div>" + quotation.encode())
    assert message.visible_text == "new"
    assert "old" in message.text


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("de-DE", "hello", "de"),
        ("", "Hallo, der Drucker ist nicht zu erreichen, bitte helfen Sie mir.", "de"),
        ("", "Hello, the printer is not working, please help me with it.", "en"),
        ("", "Hallo, de printer is niet bereikbaar, kan ik hulp van jullie krijgen? Bedankt!", "nl"),
        ("", "42", ""),
    ],
)
def test_a_language_is_told_by_its_small_words(declared: str, text: str, language: str) -> None:
    assert guess(declared, text) == language
