"""A form's fields: the body of a POST in, text out. Bounded in size, number and time before anything reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from maild.cleaning import clean_header, without_bidi

LARGEST = 16 * 1024
MOST_FIELDS = 20
PATIENCE = 10.0
"""Seconds for a body to come."""
LONGEST_NAME = 100
"""Characters of a person's name that are kept."""


async def fields_of(request: Request) -> Mapping[str, str]:
    """The fields, the last of each name. Raises HTTPException: 408, 413, 415, or 400 for what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = await body_of(request)
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(400) from None


async def body_of(request: Request) -> bytes:
    """All of it. Raises HTTPException: 408, 413, or 400 where it ends too early."""
    try:
        return await asyncio.wait_for(_body(request), PATIENCE)
    except TimeoutError:
        raise HTTPException(408, headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise HTTPException(400) from None


def clean_name(text: str) -> str:
    """A person's name as mails can hold it: one line, no longer than a name, and nothing that turns the text around."""
    return without_bidi(clean_header(text))[:LONGEST_NAME].strip()


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise HTTPException(413, headers={"Connection": "close"})
    return bytes(body)
