"""The strange values of test_classes.py: what fields, bodies, charsets and names can be made of."""

from __future__ import annotations

import encodings.aliases

QUADRATIC = (
    b"; " * 8_000 + b"x", b";" * 16_000 + b"x", b"a; " * 5_000 + b'"', b";" * 16_000, b"; " * 8_000, b";a" * 8_000,
    b";a=" * 5_000, b';a="' * 4_000, b";a*1=" * 3_000, b" " * 16_000, b"=?" * 8_000, b"=?a?q?" * 2_500,
    b"=?a?q?b?= " * 1_600, b"(" * 16_000, b"()" * 8_000, b"(\\" * 8_000, b"<" * 16_000, b"<>" * 8_000, b'"' * 16_000,
    b'\\"' * 8_000, b"@" * 16_000, b"a@" * 8_000, b"a@b," * 4_000, b"a," * 8_000, b"a:;" * 5_000, b"[" * 16_000,
    b"a." * 8_000, b"1 " * 8_000, b"%" * 16_000, b"'" * 16_000, b"\xff" * 16_000, b"-" * 16_000,
    b"\xc3\xbc@\xc3\xbc.de," * 1_300, b"<a@b>" * 3_000, b"\t" * 16_000, b"\0" * 16_000, b"=" * 16_000, b"a b " * 4_000,
)  # fmt: skip
STRUCTURED = (
    b"From",
    b"To",
    b"Subject",
    b"Date",
    b"References",
    b"Content-Type",
    b"Content-Disposition",
    b"Precedence",
)

NESTED = {
    "forwarded mail": b"Content-Type: message/rfc822\r\n\r\n",
    "multiparts of one boundary": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    "a digest in a digest": b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n",
    "comments": b"X: " + b"(" * 500 + b"\r\n",
    "parts of mail": b"Content-Type: message/partial; number=1; total=2; id=a\r\n\r\n",
}

CRASHERS = (
    "Message-ID: <[a@b]>", "Message-ID: <@>", "Message-ID: <a@[>", "From: @", "From: <", "From: <@", "From: a@b@c",
    "From: \"", "From: (", "From: =?utf-8?q?=40?=", "From: a <a@b> <c@d>", "From: <@a,@b:c@d>", "From: :;",
    "From: a:b:c;", "To: ,,,", "To: ;", "To: \xa0", "Reply-To: [", "Date: ,", "Date: Mon, 99 Xxx 99999 99:99:99 +9999",
    "Date: 0 Jan 0000 00:00:00 -0000", "Date: Tue, 29 Feb 1900 24:60:60 +2400", "Content-Type: ", "Content-Type: ;",
    "Content-Type: /", "Content-Type: text/", "Content-Type: text/plain; charset*=",
    "Content-Type: text/plain; charset*0*=x'y'%", "Content-Type: a/b; name*0*=''%zz",
    "Content-Type: a/b; name*999999999999=x", "Content-Type: multipart/mixed; boundary*=utf-8''%00",
    "Content-Type: text/plain; =x", "Content-Type: multipart/mixed; boundary=\"\"", "Content-Disposition: ;filename*=",
    "Content-Disposition: \"", "Subject: =?", "Content-Transfer-Encoding: ;", "Content-Transfer-Encoding: =?x?q?y?=",
    "MIME-Version: (", "Subject: =?utf-8?b?====?=", "Subject: =?utf-8?b?A?=", "Subject: =?\x00?q?x?=",
    "Subject: =?utf-8*?q?x?=", "Received: ;", "Return-Path: <", "From : a@b", "In-Reply-To: <<a@b>>",
    "References: <a b c", "List-Id: <", "X-Auto-Response-Suppress: ,", "\xff: x", ": x", "From:", " folded",
)  # fmt: skip

CODECS = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()})
CODECS += ["idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "unicode_internal", "oem", "mbcs"]
CODECS += [
    "rot13",
    "zlib",
    "bz2",
    "hex",
    "base64",
    "uu",
    "quopri",
    "utf-8-sig",
    "utf-32",
    "x",
    "none",
    "charmap",
    "../etc",
    "%s",
]

PUMPS = (
    "a", " ", "\t", "\n", "\r", "<", ">", "(", ")", "[", "]", '"', "\\", "@", ",", ";", ":", ".", "-", "_", "=", "*",
    "~", "#", "'", "%", "> ", ">\n", "> >", "\n ", "\n\n", "a ", "a\n", "a@", "a@b.", "a.", "1", "1:", "10:00 ",
    "2020 ", "5.1.1 ", "550 ", "x\n> ", "--\n", "-- \n", "___", "=== ", "On a ", "on a b 2020 ",
    "Am 1.1.2020 um 10:00 ", "wrote:", "schrieb ", "Le a a écrit ", "\nFrom: a", "\nSent:", "Von: a\nGesendet: b\n",
    "-----Original Message-----\n", "Sent from my ", "Gesendet von ", "http://", "(http://a ", "<a href=", "</p>",
    "Final-Recipient: ", "\nStatus: ", "Message-Id: ", "\nMessage-Id:\n", "Action: ", "é", "年", "\u200b", "\xa0",
    "Best regards\n", "- A",
)  # fmt: skip

AMBIGUOUS = {
    "two types": b"Content-Type: text/plain\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
    "two boundaries": b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n"
    b"\r\n--a\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\n",
    "two encodings": b"Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\neHh4\r\n",
    "an encoded multipart": b"Content-Type: multipart/mixed; boundary=b\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nLS1iDQo=\r\n",
    "one boundary begins another": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--b\r\n\r\ny\r\n--bb--\r\n--b--\r\n",
    "a comment in the type": b"Content-Type: text(x)/plain(y); charset=(z)utf-8\r\n\r\nx\r\n",
    "an endless multipart": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
    "text behind the end": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n\r\nx\r\n--b\r\n\r\ny\r\n",
}

FILE_NAMES = (
    b'"../../etc/passwd"', b'"/etc/passwd"', b'"C:\\\\x\\\\y"', b"CON", b"nul.txt", b'"a\0.exe"', b'".hidden"',
    b'".."', b'"~/x"', b'"' + b"x" * 5000 + b'"', b'"\xe2\x80\xaegpj.exe"', b'"a\r\n b"', b'"a;b|c`d$(e)"',
    b'"=?utf-8?q?..=2F..=2Fx?="', b"x; filename*0*=utf-8''..%2F; filename*1*=%00.exe",
    b"x; filename*0=a; filename*1=b; filename*=utf-8''%2e%2e%2fc", b'""', b'"  "', b'"-rf"', b'"%2e%2e%2f"',
)  # fmt: skip
