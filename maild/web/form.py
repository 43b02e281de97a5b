"""A form's fields: the body of a POST in, text out. Bounded in size, number and time before anything reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LARGEST = 16 * 1024
MOST_FIELDS = 20
PATIENCE = 10.0
"""Seconds for a body to come."""


async def fields_of(request: Request) -> Mapping[str, str]:
    """The fields, the last of each name. Raises HTTPException: 408, 413, 415, or 400 for what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    try:
        body = await asyncio.wait_for(_body(request), PATIENCE)
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except TimeoutError:
        raise HTTPException(408, headers={"Connection": "close"}) from None
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise HTTPException(413, headers={"Connection": "close"})
    return bytes(body)
