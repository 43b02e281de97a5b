"""Certificates for tests, made by openssl when they are needed: none lies in the repository."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.servers.requirement import need


def make_certificate(folder: Path, name: str = "one", *more: str) -> tuple[Path, Path]:
    """Files of a new self-signed certificate for the loopback and its key, in PEM. `more` goes to openssl."""
    need(shutil.which("openssl"), "openssl (apt install openssl)")
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    who = ("-subj", f"/CN={name}.desk.example", "-addext", "subjectAltName=DNS:mx.desk.example,IP:127.0.0.1")
    keys = more or ("-nodes",)
    command = ["openssl", "req", "-x509", *curve, *keys, "-days", "2", *who, "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return certificate, key
