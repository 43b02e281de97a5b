"""TLS for listeners: certificate files in, contexts for new connections out.

Laws: TLS 1.2 or later; files are read anew when they change; sessions there are keep theirs; while new files are
broken the old certificate serves, and the log says what to do.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

from maild.errors import SourceUnavailable

log = logging.getLogger("maild.smtp")

_MISMATCH = "the key does not belong to the certificate: `key` must name the key it was issued for"
_NO_PEM = "there is no certificate, or no private key, in PEM form: name the key's file as `key`"
_LOCKED = "the private key has a password: give one without, readable for the user that runs maild only"
Seen = tuple[tuple[int, int, int] | None, ...]


class Certificate:
    """A certificate and its key, as the files are now. Raises SourceUnavailable if at first they cannot be used."""

    def __init__(self, certificate: Path, key: Path | None = None) -> None:
        self._certificate, self._key = certificate, key
        self._seen = self._look()
        self._context = load(certificate, key)

    def context(self) -> ssl.SSLContext:
        """For a connection that begins now. Two looks at files; reads them only if they have changed."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            self._renew()
        return self._context

    def _renew(self) -> None:
        try:
            self._context = load(self._certificate, self._key)
        except SourceUnavailable as error:
            log.warning("the certificate that was in use stays in use: %s", error)
        else:
            log.info("a new certificate is in use: %s", self._certificate)

    def _look(self) -> Seen:
        return tuple(_look(file) for file in (self._certificate, self._key) if file is not None)


def load(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    """A server's context. Raises SourceUnavailable, saying what to do."""
    for file in (certificate, key):
        _try(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A renegotiation costs the server far more than the client, and no mail client asks for one.
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE

    def locked() -> str:
        # Without this, OpenSSL would ask for the password on the terminal.
        raise SourceUnavailable(f"certificate {certificate}: {_LOCKED}")

    try:
        context.load_cert_chain(certificate, key, locked)
    except ssl.SSLError as error:
        advice = _MISMATCH if error.reason == "KEY_VALUES_MISMATCH" else f"{_NO_PEM} ({error.reason or 'not PEM'})"
        raise SourceUnavailable(f"certificate {certificate}: {advice}") from error
    return context


def _try(file: Path | None) -> None:
    if file is None:
        return
    try:
        file.open("rb").close()
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}): let the user that runs maild read it"
        raise SourceUnavailable(message) from error


def _look(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
