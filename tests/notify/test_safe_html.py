"""Hostile HTML on its way to a reader's screen: what a third parser finds in it afterwards."""

from __future__ import annotations

from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.notify import safe_html as module
from maild.notify.safe_html import ATTRIBUTES, LONGEST_INPUT, TAGS, safe_html


class Inspector(HTMLParser):
    """What a reader's program would be told to do, tag by tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name not in allowed:
                self.faults.append(f"{tag} {name}")
            if name == "src" and not address.startswith("cid:"):
                self.faults.append(f"src {address}")
            if name == "href" and not address.startswith(("http:", "https:", "mailto:")):
                self.faults.append(f"href {address}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl}")


def faults(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.faults


XSS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<img src='http://tracker.example/p.gif'>",
    "<img src='//tracker.example/p.gif'>",
    "<img src=p.gif><img src=/p.gif><img src=1>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src=cid:a srcset='http://t.example/x 2x' lowsrc=http://t.example dynsrc=http://t.example>",
    "<img src=' http://t.example/x'><img src='cid\t:x'><img src='CID:x'>",
    "<input type=image src=http://t.example><video poster=http://t.example><audio src=http://t.example>",
    "<body background=http://t.example onload=alert(1)>",
    "<table background=http://t.example><td background=http://t.example>",
    "<link rel=stylesheet href=http://t.example/x.css><link rel=prefetch href=http://t.example>",
    "<style>@import 'http://t.example/x.css'; body{background:url(http://t.example)}</style>",
    "<p style='background:url(http://t.example)'>x</p><p style='color:expression(alert(1))'>",
    "<p style='display:none'>hidden</p><p class=x id=y>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#x0A;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a><a href='file:///etc/passwd'>x</a><a href='//x.example'>x</a><a href='/delete'>x</a>",
    "<a href='https://x.example' onclick=alert(1) target=_top ping=http://t.example>x</a>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><img title='</title><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<template><img src=x onerror=alert(1)></template>",
    "<iframe src=javascript:alert(1)></iframe><iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)><embed src=javascript:alert(1)><applet code=x>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'><base href=//x.example/>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)>",
    "<details open ontoggle=alert(1)><marquee onstart=alert(1)><select autofocus onfocus=alert(1)>",
    "<!--><img src=x onerror=alert(1)>--><!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]><?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'>]>",
    "<p title=\"<!--\"><img src=x onerror='alert(1)-->'>",
    "<b\x00 onclick=alert(1)>x</b><\x00script>alert(1)</script>",
    "<img src=cid:x\x00 onerror=alert(1)><a\x0bhref=javascript:alert(1)>x",
    "\ufeff<script>alert(1)</script>\u2028<script>\u2029",
    "&lt;script&gt;alert(1)&lt;/script&gt;&amp;lt;img src=x onerror=alert(1)&gt;",
    "<custom-tag onclick=alert(1)>x</custom-tag><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<table><tr><td><form><input name=x></table></form><isindex action=javascript:alert(1)>",
    "<p>\ud800<img src=x onerror=alert(1)>",
]


@pytest.mark.parametrize("hostile", XSS, ids=range(len(XSS)))
@pytest.mark.parametrize("frame", ["{}", "<p>before {} after</p>", "<table><tr><td>{}</td></tr></table>", "<b><i>{}"])
def test_nothing_that_acts_or_loads_gets_through(hostile: str, frame: str) -> None:
    shown = safe_html(frame.format(hostile))
    assert shown is None or faults(shown) == []


TAG_SOUP = st.lists(
    st.one_of(
        st.sampled_from(
            [f"<{tag}>" for tag in ("svg", "math", "style", "table", "p", "a href=http:x", "form", "mtext")]
        ),
        st.sampled_from([f"</{tag}>" for tag in ("svg", "math", "style", "table", "p", "a", "form", "title", "td")]),
        st.sampled_from(
            ["<!--", "-->", "<![CDATA[", "]]>", "<mglyph>", "<title>", "<img src=x onerror=x>", "&lt;", "<td>"]
        ),
        st.text(max_size=5),
    ),
    max_size=15,
).map("".join)


@settings(deadline=None)
@given(TAG_SOUP)
def test_no_mixture_of_tags_mutates_into_something_else(soup: str) -> None:
    shown = safe_html(soup)
    if shown is not None:
        assert faults(shown) == []
        assert module._NH3.clean(shown) == shown
        assert nh3.clean(shown, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=module.SCHEMES) is not None


def test_an_ordinary_mail_looks_as_it_did() -> None:
    mail = (
        "<html><head><title>x</title><style>p{color:red}</style></head><body>"
        '<p class="MsoNormal">Grüße &amp; <b>Dank</b><br><img src="cid:logo@x" alt="Logo"> <a href="https://x.example/?a=1&amp;b=2">Seite</a></p>'
        "<table><tr><td colspan=2>1</td></tr></table><blockquote>alt</blockquote></body></html>"
    )
    assert safe_html(mail) == (
        '<p>Grüße &amp; <b>Dank</b><br><img src="cid:logo@x" alt="Logo"> '
        '<a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">Seite</a></p>'
        '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table><blockquote>alt</blockquote>'
    )


BOMBS = {
    "deep": "<div>" * 20_000 + "x",
    "one tag with 50,000 attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x",
    "unclosed links": "<a href=https://x>" * 20_000,
    "entities": "&lt;" * 100_000,
    "comments": "<!--" * 50_000,
    "large": "x" * (LONGEST_INPUT + 1),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.timeout(30)
def test_no_bomb_keeps_the_reader_waiting(name: str) -> None:
    """The bounds are the sizes; the time limit, far above what is needed, only catches what they miss."""
    shown = safe_html(BOMBS[name])
    assert shown is None or (len(shown) <= 2 * module.LONGEST_CLEANED and faults(shown) == [])


def test_what_the_sanitisers_do_not_agree_on_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong:
        def clean(self, text: str) -> str:
            return text.replace("one", "<b>one</b>")

    assert safe_html("<p>one</p>") == "<p>one</p>"
    monkeypatch.setattr(module, "_bleach", Wrong)
    assert safe_html("<p>one</p>") is None
