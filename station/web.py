"""The owner's web page: what may be asked, and the rules that every answer carries.

Nothing of it writes, nothing needs a script, nothing comes from elsewhere. What makes the pages is imported
when the first is asked for: a station that nobody looks at needs no memory for it.
"""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from station.forecasting import Forecasts
from station.previews import Previews
from station.records import Node, Picture
from station.store import Store

HERE = Path(__file__).resolve().parent
#: Nothing from elsewhere, no script at all, no frame around it.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
RULES = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: A picture never changes under its key.
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}
_SMALL = "-small"


def page_routes(store: Store, forecasts: Forecasts, previews: Previews) -> list[BaseRoute]:
    """The pages, their style, and pictures. They are plain functions: Starlette runs them beside its loop."""

    one_at_a_time = Lock()  # whoever floods the pages must not take the processor from the receiving

    def front(request: Request) -> Response:
        del request
        from station.front_page import front_page
        from station.standing import standing

        with one_at_a_time:
            return _html(front_page(store, [standing(store, node) for node in store.nodes()]))

    def node(request: Request) -> Response:
        from station.node_curves import GRAIN
        from station.node_page import node_page
        from station.standing import DAY_s, LATELY_s, standing

        found = store.node(request.path_params["node"])
        if found is None:
            return _missing("There is no such node.")
        days = _number(request, "days")
        days = days if days in GRAIN else 30
        suspects = request.query_params.get("suspects") == "1"
        expected = forecasts.of(found)
        coming = expected is None and forecasts.pending(found)
        before = _number(request, "before")
        with one_at_a_time:
            seen = standing(store, found, span_s=max(LATELY_s, days * DAY_s))
            shown = previews.of(found.name)
            live = shown is not None and shown.is_live(time.time())
            return _html(node_page(store, seen, expected, coming, days, before, suspects, live))

    def picture(request: Request) -> Response:
        from station.picture_page import picture_page

        name, key = request.path_params["node"], request.path_params["key"]
        stem = key.removesuffix(".jpg")
        found = _picture(store, name, stem.removesuffix(_SMALL) if stem != key else key)
        if found is None:
            return _missing("There is no such picture.")
        if stem != key:
            return _file(store, found[1], stem.endswith(_SMALL))
        return _html(picture_page(store, *found))

    def style(request: Request) -> Response:
        del request
        return FileResponse(HERE / "page.css", media_type="text/css", headers=RULES | _FRESH)

    def icon(request: Request) -> Response:
        del request
        return FileResponse(HERE / "icon.svg", media_type="image/svg+xml", headers=RULES | _FRESH)

    return [
        Route("/", front),
        Route("/nodes/{node}", node),
        *install_routes(store, previews),
        Route("/nodes/{node}/pictures/{key}", picture),
        Route("/page.css", style),
        Route("/icon.svg", icon),
        Route("/favicon.ico", icon),
    ]


def install_routes(store: Store, previews: Previews) -> list[BaseRoute]:
    """What a node that is being hung up shows: page, JSON, picture."""

    def install(request: Request) -> Response:
        from station.install_page import install_page

        found = store.node(request.path_params["node"])
        if found is None:
            return _missing("There is no such node.")
        asked_s = float(_number(request, "asked") or 0)
        return _html(install_page(found, previews.of(found.name), time.time(), asked_s))

    def told(request: Request) -> Response:
        from station.install_page import as_document

        found = store.node(request.path_params["node"])
        if found is None:
            return JSONResponse({"error": "There is no such node."}, 404, headers=RULES | _FRESH)
        document = as_document(found, previews.of(found.name), time.time())
        return JSONResponse(document, headers=RULES | _FRESH)

    def picture(request: Request) -> Response:
        shown = previews.of(request.path_params["node"])
        if shown is None or not shown.jpeg or request.path_params["key"] != f"{shown.key}.jpg":
            return _missing("There is no such picture.")
        return Response(shown.jpeg, media_type="image/jpeg", headers=RULES | _FOREVER)

    return [
        Route("/nodes/{node}/install", install),
        Route("/nodes/{node}/install.json", told),
        Route("/nodes/{node}/previews/{key}", picture),
    ]


def _picture(store: Store, name: str, key: str) -> tuple[Node, Picture] | None:
    node = store.node(name)
    found = store.picture(name, key) if node else None
    return (node, found) if node and found else None


def _file(store: Store, found: Picture, small: bool) -> Response:
    path = store.thumb_of(found) if small else store.path_of(found)
    if path is None or not path.is_file():
        return _missing("There is no such picture.")
    return FileResponse(path, media_type="image/jpeg", headers=RULES | _FOREVER)


def _number(request: Request, name: str) -> int | None:
    """A whole number of the query; what is none counts as not asked."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers=RULES | _FRESH)


def _missing(sentence: str) -> Response:
    from station.markup import tag
    from station.page import page

    return _html(page("Not here", tag("h1", "Not here"), tag("p", sentence, class_="state new")), 404)
