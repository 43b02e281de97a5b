"""A mail -> rspamd's verdict (`POST /checkv2`), and what people say of a mail -> its controller.

Laws: one connection a mail, no redirect, no proxy of the environment; at most LONGEST_ANSWER bytes of an answer are
read, and what is not the answer that its protocol describes raises NoSense. Its own words reach nobody but cleaned
and short.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import replace
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from maild.ingest.screening.clamd import told
from maild.ingest.screening.headers import shortened
from maild.ingest.screening.patience import Line, NoAnswer, NoSense, Patience, connected
from maild.model import Envelope, Finding, Verdict
from maild.settings import Rspamd

NAME = "rspamd"
LONGEST_ANSWER = 1 << 20
MOST_SYMBOLS = 5
LARGEST_SCORE = 1e9
"""What is beyond it, infinite or no number counts as nothing: JSON has integers that no float can hold."""
ACTIONS: dict[str, Finding] = {
    "no action": Finding.CLEAN,
    # These ask the sender to come again. The mail has been accepted: nobody can be asked any more, so people are told.
    "greylist": Finding.CLEAN,
    "soft reject": Finding.CLEAN,
    "add header": Finding.SPAM,
    "rewrite subject": Finding.SPAM,
    "quarantine": Finding.SPAM,
    "reject": Finding.SPAM,
    "discard": Finding.SPAM,
}
"""What becomes of rspamd's actions. One of an operator's own making counts as clean, with a note."""
QUIET = "no action"
# What rspamd's antivirus module calls its findings, unless it is configured otherwise: CLAM_VIRUS, SOPHOS_VIRUS …
VIRUS = "_VIRUS"
# 404 (3.4) and 208 (later): it has learned this very mail so already.
KNOWN_ALREADY = (208, 404)
# So it treats a mail that is larger than it takes; others it goes on to take, so this is no outage.
HUNG_UP = (BrokenPipeError, ConnectionResetError)


def check(configured: Rspamd, password: str, raw: bytes, envelope: Envelope, patience: Patience) -> Verdict:
    """What it says of a mail. Raises NoAnswer, NoSense."""
    headers = _known(envelope) | _secret(password)
    status, answer = _asked(configured.url, "POST", "/checkv2", raw[: configured.largest], headers, patience)
    if status != 200:
        raise NoSense(_refusal(status))
    verdict = _verdict(_object(answer))
    return verdict if len(raw) <= configured.largest else _of_a_part(verdict, configured.largest, len(raw))


def learn(configured: Rspamd, password: str, raw: bytes, spam: bool, patience: Patience) -> None:
    """Let its controller learn from a person. Raises NoAnswer, NoSense."""
    path, part = "/learnspam" if spam else "/learnham", raw[: configured.largest]
    status, answer = _asked(configured.controller, "POST", path, part, _secret(password), patience)
    if status != 200 and not (status in KNOWN_ALREADY and b"already" in answer):
        raise NoSense(_refusal(status))


def ping(url: str, patience: Patience) -> None:
    """Whether it is there. Raises NoAnswer, NoSense."""
    status, _ = _asked(url, "GET", "/ping", b"", {}, patience)
    if status != 200:
        raise NoSense(_refusal(status))


def _secret(password: str) -> dict[str, str]:
    return {"Password": password} if password else {}


def _known(envelope: Envelope) -> dict[str, str]:
    """What it should know of the envelope. A client inside our own network is no sender: of that it is told nothing."""
    known = {"From": envelope.mail_from or "", "Rcpt": envelope.recipient, "User": envelope.login}
    if _is_public(envelope.peer):
        known["IP"] = envelope.peer
    return {name: value for name, value in known.items() if value and value.isascii() and value.isprintable()}


def _is_public(peer: str) -> bool:
    try:
        return ip_address(peer).is_global
    except ValueError:
        return False


def _refusal(status: int) -> str:
    advice = ": look at its password_file" if status in (401, 403) else ""
    return f"it answered with HTTP status {status}{advice}"


# ---- what it says -------------------------------------------------------------------------------------------


def _object(answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("action"), str):
        raise NoSense("its answer names no action")
    return found


def _verdict(answer: dict[str, Any]) -> Verdict:
    action, symbols = answer["action"], _symbols(answer.get("symbols"))
    finding = ACTIONS.get(action, Finding.CLEAN)
    if finding is Finding.SPAM and any(name.endswith(VIRUS) for name in symbols):
        finding = Finding.VIRUS
    why = f"{action}, score {_number(answer.get('score'))} of {_number(answer.get('required_score'))}"
    names = ", ".join(symbols[:MOST_SYMBOLS])
    return Verdict(NAME, finding, "" if action == QUIET else shortened(f"{why} ({names})" if names else why))


def _of_a_part(verdict: Verdict, part: int, whole: int) -> Verdict:
    said = f"{verdict.text}; " if verdict.text else ""
    return replace(verdict, text=f"{said}only the first {part} of its {whole} bytes were scanned")


def _symbols(found: object) -> list[str]:
    """Their names, what weighs most first."""
    if not isinstance(found, dict):
        return []
    scores = {name: _score(one.get("score")) for name, one in found.items() if isinstance(one, dict)}
    return sorted(scores, key=lambda name: -scores[name])


def _score(found: object) -> float:
    return float(found) if isinstance(found, int | float) and abs(found) <= LARGEST_SCORE else 0.0


def _number(found: object) -> str:
    return f"{_score(found):.4g}"


# ---- how it is asked ----------------------------------------------------------------------------------------


def _asked(
    url: str, verb: str, path: str, body: bytes, headers: dict[str, str], patience: Patience
) -> tuple[int, bytes]:
    """(status, body). Raises NoAnswer, NoSense."""
    line = _Connection(url, patience)
    try:
        line.request(verb, path, body, headers)
        response = line.getresponse()
        return response.status, _body(response)
    except HUNG_UP as error:
        raise NoSense("it hung up without an answer: is its max_message smaller than our `largest`?") from error
    except OSError as error:
        raise NoAnswer(told(error)) from error
    except (HTTPException, ValueError) as error:
        raise NoSense(f"what it answers is no HTTP ({type(error).__name__})") from error
    finally:
        line.close()


def _body(response: HTTPResponse) -> bytes:
    with response:
        data = response.read(LONGEST_ANSWER + 1)
    if len(data) > LONGEST_ANSWER:
        raise NoSense(f"its answer has more than {LONGEST_ANSWER} bytes")
    return data


class _Connection(HTTPConnection):
    """One whose every step ends within one patience."""

    def __init__(self, url: str, patience: Patience) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._patience = patience
        super().__init__(parts.hostname or "", parts.port or (443 if self._secure else 80))

    def connect(self) -> None:
        sock = connected((self.host, self.port), self._patience)
        if self._secure:
            sock.settimeout(self._patience.left())
            sock = _tls().wrap_socket(sock, server_hostname=self.host)
        self.sock = Line(sock, self._patience)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
