"""One API process: ports opened, application made, uvicorn serving it until it is told to stop."""

import asyncio
import gc
import sys
from typing import Final

import uvicorn

from service.http.app import create_app
from service.http.operations import OPERATIONS
from service.lifeline import hold_lifeline
from service.logs import configure_logs, level_of
from service.settings import Settings, read_settings
from service.wiring import open_ports

GRACE_S: Final = 20
"""How long running requests may take to end after SIGTERM."""


async def serve(settings: Settings, *, descriptor: int | None = None) -> None:
    """Serve on the address of the settings, or on a socket the parent has bound."""
    hold_lifeline()
    async with open_ports(settings) as ports:
        config = uvicorn.Config(
            create_app(ports, OPERATIONS),
            host=settings.host,
            port=settings.port,
            fd=descriptor,
            loop="none",  # the running one: uvloop, see main
            http="httptools",
            lifespan="off",
            proxy_headers=False,  # nobody in front is trusted unasked; nothing here reads addresses
            access_log=False,  # every request is logged by the application, as JSON
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        gc.collect()
        gc.freeze()  # what stands from here on is never garbage: no collection looks at it again
        gc.set_threshold(10_000, 20, 20)  # a request allocates thousands, and frees them by itself
        await uvicorn.Server(config).serve()


def main(arguments: list[str] | None = None) -> None:
    """Run one API process: `python -m service.asgi [descriptor]`."""
    given = sys.argv[1:] if arguments is None else arguments
    settings = read_settings()
    configure_logs(level=level_of(settings.log_level))
    with asyncio.Runner(loop_factory=uvloop_loop) as runner:
        runner.run(serve(settings, descriptor=int(given[0]) if given else None))


def uvloop_loop() -> asyncio.AbstractEventLoop:
    """Make a uvloop loop: measured an eighth of the plain loop's latency under load (DESIGN 3)."""
    import uvloop  # noqa: PLC0415 - compiled, and of no use to whoever only imports `serve`

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


if __name__ == "__main__":
    main()
