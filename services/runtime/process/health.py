"""`/livez`, `/readyz` and `/metrics` over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

Ready = Callable[[], dict[str, bool]]


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: the service handles signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server(host: str, port: int, ready: Ready) -> uvicorn.Server:
    """Make an HTTP server; run its `serve()`.

    `ready` returns each condition for traffic and whether it holds.
    """

    def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    def readyz(_: Request) -> Response:
        conditions = ready()
        return JSONResponse(conditions, status_code=200 if all(conditions.values()) else 503)

    def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def in_loop(request: Request) -> Response:
        return {"/livez": livez, "/readyz": readyz, "/metrics": metrics}[request.url.path](request)

    app = Starlette(routes=[Route(path, in_loop) for path in ("/livez", "/readyz", "/metrics")])
    return _Server(
        uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off")
    )
