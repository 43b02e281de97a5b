"""The door for systems that carry requests out: `POST /systems/<webhook>`, signed as our own calls are, JSON both ways.

In: `{"ticket": "CS-1042", "hash": "2c26b46b68ff", "deed": "begin"}`; out: `{"state": "executing"}`, or `{"error": …}`.
Laws: who cannot sign learns nothing, not even whether there is such a system; what may not be done now is 409 with the
reason, and asking again later is not forbidden; a call that comes twice does nothing twice.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from maild.cleaning import clean_text
from maild.errors import NotFound
from maild.model.workflows import RunState
from maild.notify.webhook import is_signed
from maild.steps.executing import Deed, Order, execute
from maild.web.form import body_of
from maild.web.site import Site

LONGEST_WHY = 1000


class Said(BaseModel):
    """The body of a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ticket: str = Field(min_length=1, max_length=40)
    hash: str = Field(min_length=1, max_length=80)
    deed: Deed
    why: str = Field(default="", max_length=LONGEST_WHY)


def routes(site: Site) -> list[Route]:
    return [Route("/systems/{name}", _Door(site).hear, methods=["POST"])]


class _Door:
    """This one page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def hear(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        body = await body_of(request)
        key = self._site.systems.get(name)
        if key is None or not is_signed(request.headers, body, key, self._site.now()):
            return _no(401, "the call is not signed with a key of ours, or too old")
        try:
            said = Said.model_validate_json(body)
        except ValidationError as error:
            return _no(400, "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
        return await self._carried_out(Order(name, said.ticket, said.hash, said.deed, clean_text(said.why)))

    async def _carried_out(self, order: Order) -> Response:
        def work(tx: Connection) -> RunState:
            return execute(tx, self._site.house(), order)

        try:
            return JSONResponse({"state": (await self._site.write(work)).value})
        except NotFound as error:
            return _no(404, str(error))
        except ValueError as error:
            return _no(409, str(error))


def _no(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)
