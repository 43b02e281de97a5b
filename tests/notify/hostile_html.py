"""Hostile HTML by construction, and three parsers' opinion on what a browser would do with a piece of HTML.

`hostile()` yields (name, html): tags by handlers, schemes by disguises, mutations, style, remote loads, odd syntax.
`faults(html)` lists everything in it that could act or load; none of the three parsers is the one that cleaned it last.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import turbohtml
from bleach._vendor import html5lib

from maild.notify.safe_html import ATTRIBUTES, TAGS

XHTML = "{http://www.w3.org/1999/xhtml}"
FRAMES = {"html", "head", "body"}
_NO_LETTERS = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")


# ---- opinions --------------------------------------------------------------------------------------


def faults(html: str) -> list[str]:
    found = _standard_library(html) + _turbohtml(html)
    for scripting in (True, False):
        found += _html5lib(html, scripting)
    return found


def _element(tag: str, attributes: dict[str, str]) -> list[str]:
    if tag not in TAGS and tag not in FRAMES:
        return [f"<{tag}>"]
    allowed = ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
    found = [f"{tag} {name}" for name in attributes if name not in allowed]
    address = _NO_LETTERS.sub("", attributes.get("src", attributes.get("href", ""))).lower()
    if "src" in attributes and not address.startswith("cid:"):
        found.append(f"src {address[:40]}")
    if "href" in attributes and not address.startswith(("http:", "https:", "mailto:")):
        found.append(f"href {address[:40]}")
    return found


def _html5lib(html: str, scripting: bool) -> list[str]:
    """As a browser reads it, with its scripts on and off (that decides what <noscript> holds)."""
    found: list[str] = []
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    documents = [parser.parse(html, scripting=scripting), parser.parseFragment(html, scripting=scripting)]
    for node in itertools.chain.from_iterable(document.iter() for document in documents):
        tag: Any = node.tag
        if not isinstance(tag, str):
            found.append("comment")
        elif tag.startswith(XHTML):
            found += _element(tag.removeprefix(XHTML), {str(name): value for name, value in node.attrib.items()})
        elif tag not in ("DOCUMENT_FRAGMENT", "DOCUMENT_ROOT"):
            found.append(f"foreign {tag}")
    return found


def _turbohtml(html: str) -> list[str]:
    found: list[str] = []
    for element in turbohtml.parse(html).select("*"):
        found += _element(element.tag, {name: str(value or "") for name, value in element.attrs.items()})
    return found


class _Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += _element(tag, {name: value or "" for name, value in attrs})

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.found.append("instruction")


def _standard_library(html: str) -> list[str]:
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.found


# ---- hostile input ---------------------------------------------------------------------------------

ACTING_TAGS = (
    "a", "abbr", "applet", "article", "audio", "b", "base", "body", "button", "canvas", "custom-tag", "details",
    "dialog",
    "div", "embed", "form", "frame", "frameset", "iframe", "img", "input", "isindex", "keygen", "link", "marquee",
    "math",
    "meter", "object", "option", "p", "script", "select", "slot", "source", "style", "svg", "table", "td", "textarea",
    "title", "video", "xss",
)  # fmt: skip
HANDLERS = (
    "onclick", "ONLOAD", "onerror", "onmouseover", "onfocus autofocus tabindex=1", "ontoggle", "onanimationstart",
    "onbegin", "onpointerenter", "onwheel", "onbeforeinput", "onbeforetoggle popover", "onscrollend",
    "onwebkitfullscreen",
    "onauxclick",
)  # fmt: skip
SCHEMES = (
    "javascript:alert(1)", "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=", "data:image/svg+xml,<svg onload=alert(1)>", "livescript:x", "mocha:x",
    "file:///etc/passwd", "blob:https://x.example/1", "filesystem:x", "view-source:x", "jar:x!/y", "about:blank",
    "feed:javascript:alert(1)", "ms-its:x", "mhtml:x", "//track.example/x", "/delete", "\\\\track.example\\x", "?x",
    "#x",
)  # fmt: skip
DISGUISES = {
    "plain": lambda text: text,
    "upper": str.upper,
    "mixed": lambda text: "".join(a.upper() if n % 2 else a for n, a in enumerate(text)),
    "decimal": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "hexadecimal": lambda text: "".join(f"&#x{ord(letter):X};" for letter in text),
    "no semicolon": lambda text: "".join(f"&#{ord(letter):07d}" for letter in text),
    "tab": "\t".join,
    "tab entity": lambda text: text.replace("a", "a&Tab;", 1).replace(":", "&colon;"),
    "newline": lambda text: text.replace(":", "\n:", 1),
    "newline entity": lambda text: text[:3] + "&NewLine;" + text[3:],
    "carriage return": lambda text: text[:2] + "&#13;" + text[2:],
    "NUL": lambda text: text[:4] + "\x00" + text[4:],
    "control in front": lambda text: "\x01\x1f" + text,
    "control entity in front": lambda text: "&#1;&#31;" + text,
    "spaces in front": lambda text: " \n\t\x0c" + text,
    "no-break space": lambda text: "\xa0" + text,
    "line separator": lambda text: "\u2028" + text,
    "zero width": lambda text: text[:4] + "\u200b" + text[4:],
    "byte order mark": lambda text: "\ufeff" + text,
    "full width": lambda text: "".join(chr(ord(a) + 0xFEE0) if "!" <= a <= "~" else a for a in text),
    "per cent": lambda text: "".join(f"%{ord(letter):02x}" for letter in text),
    "soft hyphen": "&shy;".join,
}
PLACES = (
    "<a href='{}'>x</a>", "<img src='{}'>", "<svg><a xlink:href='{}'><text>x</text></a></svg>",
    "<math href='{}'>x</math>", "<form action='{}'><input type=submit></form>",
    "<button formaction='{}'>x</button>", "<iframe src='{}'></iframe>", "<object data='{}'></object>",
    "<embed src='{}'>",
    "<body background='{}'>", "<table background='{}'><tr><td background='{}'>x</table>",
    "<video poster='{}' src='{}'>",
    "<input type=image src='{}'>", "<link rel=stylesheet href='{}'>", "<area href='{}'>", "<base href='{}'>",
    "<meta http-equiv=refresh content='0;url={}'>", "<svg><use href='{}'/></svg>", "<img srcset='{} 1x' src=cid:x>",
    "<picture><source srcset='{}'><img src=cid:x></picture>", "<a href=cid:x ping='{}'>x</a>", "<q cite='{}'>x</q>",
    "<img src=cid:x longdesc='{}' lowsrc='{}' dynsrc='{}' usemap='{}'>", "<svg><image href='{}'/></svg>",
    "<svg><set attributeName=href to='{}'/></svg>", "<frameset><frame src='{}'></frameset>", "<bgsound src='{}'>",
    "<html manifest='{}'>", "<track src='{}'>", "<portal src='{}'></portal>", "<a href='mailto:x' target='{}'>x</a>",
)  # fmt: skip
RAW_TEXT = ("style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "script", "plaintext")
STRANGE = (*RAW_TEXT, "template", "svg", "math", "select", "table", "option", "desc", "foreignObject", "annotation-xml",
           "mtext", "mglyph", "mi", "svg><desc", "svg><title", "svg><style", "math><mtext", "math><annotation-xml",
           "math><mtext><table><mglyph", "form><math><mtext></form><form><mglyph", "svg></p")  # fmt: skip
IMAGE = "<img src=x onerror=alert(1)>"
MUTATIONS = (
    "<{o}><p title='</{c}>" + IMAGE + "'>", "<{o}><!--</{c}>" + IMAGE + "-->", "<{o}><style><!--</style><p title='-->"
    + IMAGE + "'>", "<{o}><a id='</style></{c}>" + IMAGE + "'>", "<{o}><![CDATA[</{c}>" + IMAGE + "]]>",
    "<{o}>&lt;/{c}&gt;" + IMAGE, "<{o}><{o}></{c}>" + IMAGE, "<{o} <x>" + IMAGE + "</{c}", "</{c}><{o}>" + IMAGE,
)  # fmt: skip
STYLES = (
    "background:url(http://track.example/x)", "background-image:url(//track.example/x)", "width:expression(alert(1))",
    "@import 'http://track.example/x'", "-moz-binding:url(x#y)", "behavior:url(x.htc)",
    "list-style:url(http://t.example)",
    "b\\61ckground:u\\72l(http://t.example)", "background:image-set('http://t.example' 1x)",
    "cursor:url(http://t.example)",
    "content:url(http://t.example)", "font-family:x;src:url(http://t.example)",
    "position:fixed;top:0;left:0;width:100%",
    "/**/background:/**/url(http://t.example)", "color:red}</style>" + IMAGE + "<style>", "--x:url(http://t.example)",
)  # fmt: skip
ODDITIES = (
    '<img """><script>alert(1)</script>">', "<<script>alert(1)//<</script>", "<img/src=x/onerror=alert(1)>",
    '<img src="x"onerror="alert(1)">', "<img src=`x`onerror=alert(1)>", "<img src=x onerror\x0b=alert(1)>",
    "<img\x0csrc=x\x0conerror=alert(1)>", "<scr\x00ipt>alert(1)</scr\x00ipt>", "<script", "<script/x>alert(1)",
    "<script >",
    "<SCRIPT SRC=//x.example>", "<script\n>alert(1)</script\n>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<iframe srcdoc='&lt;img src=x onerror=alert(1)&gt;'>", "<meta charset=utf-7>+ADw-script+AD4-",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->", "<!-- --!><img src=x onerror=alert(1)> -->",
    "<!--><img src=x onerror=alert(1)>-->", "<!---><img src=x onerror=alert(1)>-->", "<!-" + IMAGE, "<!" + IMAGE,
    "<?" + IMAGE,
    "<?xml-stylesheet href='javascript:alert(1)'?><p>", "<!DOCTYPE html [<!ENTITY x '<script>'>]>&x;", "</ " + IMAGE,
    "</p onclick=alert(1)>", "<p/onclick=alert(1)/>", "<p onclick=alert(1)//",
    "<a href='x' href='javascript:alert(1)'>x</a>",
    "<a href=javascript:alert(1) href=https://x>x</a>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<svg><script href=data:,alert(1) />", "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><foreignObject><iframe src=javascript:alert(1)>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x",
    "<table><caption><img src=x onerror=alert(1)>", "<select><template><img src=x onerror=alert(1)>",
    "<isindex formaction=javascript:alert(1)>",
    "<template shadowrootmode=open><img src=x onerror=alert(1)></template>", "<p is=evil-thing>x",
    "<div style=x:y onclick=alert(1)",
    "<link rel=import href=//x>", "<object classid=x><param name=src value=javascript:alert(1)></object>",
    "<style>*{}</style" + IMAGE,
    "<a href='https://x.example' onclick=alert(1) style='position:fixed'>x</a>", "<p>\ud800" + IMAGE,
    "\ufeff<script>x</script>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing><pre>\n" + IMAGE,
    "<nobr><b><nobr>" + IMAGE, "<b" * 500 + IMAGE,
    "<dialog open><form method=dialog><button>x", "<input name=attributes><form id=x>",
    "<img name=getElementById>" + IMAGE,
)  # fmt: skip


def hostile() -> Iterator[tuple[str, str]]:
    """Each name once; about 1,900 of them."""
    for tag, handler in itertools.product(ACTING_TAGS, HANDLERS):
        yield f"<{tag} {handler}>", f"<{tag} {handler}=alert(1)>x</{tag}>"
    for name, disguise in DISGUISES.items():
        for scheme in SCHEMES[:12]:
            yield f"link {name} {scheme}", f'<a href="{disguise(scheme).replace(chr(34), "")}">x</a>'
            yield f"image {name} {scheme}", f'<img src="{disguise(scheme).replace(chr(34), "")}">'
    for place, scheme in itertools.product(PLACES, (*SCHEMES, "http://track.example/x.gif")):
        yield f"{place} {scheme}", place.replace("{}", scheme)
    for outer, pattern in itertools.product(STRANGE, MUTATIONS):
        inner = outer.rpartition("><")[2].strip("</")
        yield f"{pattern} in {outer}", pattern.replace("{o}", outer).replace("{c}", inner)
    for style in STYLES:
        yield f"style attribute {style}", f'<p style="{style}">x</p>'
        yield f"style element {style}", f"<style>p{{{style}}}</style><p>x</p>"
    for oddity in ODDITIES:
        yield f"odd {oddity[:60]!r}", oddity
