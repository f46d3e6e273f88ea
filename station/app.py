"""The station as one ASGI application: what is received, what is shown. `routes` is where more plugs in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from station.examiner import Examiner
from station.forecasting import Forecasts
from station.limits import Limits
from station.previews import Previews
from station.receiving import Receiver
from station.store import Store
from station.tally import Tally
from station.web import page_routes

#: How long the writer may take before the station calls itself ill, s.
HEALTHY_s = 5.0


def make_app(store: Store, limits: Limits, tally: Tally, forecasts: Forecasts | None = None) -> Starlette:
    """The application; while it runs, new pictures are looked at."""
    previews = Previews()
    pages = page_routes(store, forecasts or Forecasts(store), previews)
    arrived = asyncio.Event()
    receiver = Receiver(store, limits, tally, arrived, previews)

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        del app
        examiner = asyncio.create_task(Examiner(store, arrived, tally.trouble).run())
        yield
        examiner.cancel()
        with suppress(asyncio.CancelledError):
            await examiner

    return Starlette(routes=[Mount("/v1/nodes", app=receiver), *routes(store), *pages], lifespan=living)


def routes(store: Store) -> list[BaseRoute]:
    """What may be asked with GET. Nothing of it writes, and nothing tells a key."""

    async def healthz(request: Request) -> Response:
        del request
        try:
            async with asyncio.timeout(HEALTHY_s):
                await asyncio.wrap_future(store.write(lambda batch: None))
        except Exception:
            return JSONResponse({"status": "the database does not answer"}, 503)
        return JSONResponse({"status": "ok", "nodes": len(store.nodes())})

    async def latest(request: Request) -> Response:
        newest = store.pictures(request.path_params["node"], count=1)
        if not newest or not store.path_of(newest[0]).is_file():
            return Response(status_code=404)
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(store.path_of(newest[0]), media_type="image/jpeg", headers=headers)

    return [Route("/healthz", healthz), Route("/nodes/{node}/latest.jpg", latest)]
