"""Filing over HTTP: eight keep-alive connections, answers read no further than needed.

A client library would cost the two cores more than some of what is measured.
"""

import asyncio
import json
import sys
from collections import deque
from typing import Any, cast
from uuid import UUID, uuid4

import uvloop

from tests.bench.contender import Rounds, serve_rounds
from tests.bench.plans import Filer, body


class Connection(asyncio.Protocol):
    """One keep-alive connection: one request at a time, its answer as bytes."""

    def __init__(self) -> None:
        self._read = b""
        self._answer: asyncio.Future[bytes] | None = None
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Collect until the answer is whole by its declared length."""
        self._read += data
        head, gap, rest = self._read.partition(b"\r\n\r\n")
        if not gap:
            return
        _, _, after = head.lower().partition(b"content-length:")
        if len(rest) >= int(after.split(b"\r\n", 1)[0]) and self._answer is not None:
            answer, self._read = self._read, b""
            self._answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        """Fail whoever waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError())

    async def ask(self, request: bytes) -> bytes:
        """Send a request and return its answer."""
        assert self.transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


def posted(path: str, value: object, *, token: str = "") -> bytes:
    """Write one POST with a fresh key."""
    raw = json.dumps(value, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nAccept-Language: zh\r\nContent-Length: {len(raw)}\r\n"
    )
    if token:
        head += f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid4().hex}\r\n"
    return f"{head}\r\n".encode() + raw


def body_of(answer: bytes, status: int) -> Any:
    """Return an answer's JSON; raises unless it has this status."""
    head, _, raw = answer.partition(b"\r\n\r\n")
    if int(head.split(b" ", 2)[1]) != status:
        raise RuntimeError(answer.decode())
    return json.loads(raw)


class OverHttp(Rounds):
    """Files through the API processes behind one port."""

    def __init__(self, port: int, password: str, filers: list[Filer], connections: int) -> None:
        self._port = port
        self._password = password
        self._filers = filers
        self._size = connections
        self._connections: list[Connection] = []
        self._tokens: list[str] = []
        self._requests: deque[bytes] = deque()

    async def prepare(self, first: int, plans: int) -> None:
        """Connect anew, sign in where that was not done, and write the requests."""
        for old in self._connections:
            assert old.transport is not None
            old.transport.close()
        loop = asyncio.get_running_loop()
        self._connections = []
        for _ in range(self._size):
            _, connection = await loop.create_connection(Connection, "127.0.0.1", self._port)
            self._connections.append(connection)
            # One after the other and each answered: whichever process is free accepts the next.
            await connection.ask(b"GET /health/live HTTP/1.1\r\nHost: bench\r\n\r\n")
        for filer in self._filers[len(self._tokens) :]:
            signed_in = await self._connections[0].ask(
                posted(
                    "/v1/sessions",
                    {"account_name": filer.account_name, "password": self._password},
                )
            )
            self._tokens.append(body_of(signed_in, 201)["token"])
        self._requests = deque(
            posted(
                "/v1/filings",
                body(plan, self._filers[plan % len(self._filers)]),
                token=self._tokens[plan % len(self._filers)],
            )
            for plan in range(first, first + plans)
        )

    async def run(self) -> None:
        """File them all."""
        await asyncio.gather(*(self._file(connection) for connection in self._connections))

    async def _file(self, connection: Connection) -> None:
        while self._requests:
            answer = await connection.ask(self._requests.popleft())
            if not answer.startswith(b"HTTP/1.1 201 "):
                raise RuntimeError(answer.decode())


def filers_of(told: list[dict[str, str]]) -> list[Filer]:
    """Read the filers that the parent names."""
    ids = {"person_id", "org_id", "place_id"}
    return [
        Filer(**{name: UUID(v) if name in ids else v for name, v in filer.items()})  # type: ignore[arg-type]
        for filer in told
    ]


async def main() -> None:
    """Serve rounds as the parent tells."""
    told = json.loads(sys.argv[1])
    rounds = OverHttp(
        told["port"], told["password"], filers_of(told["filers"]), told["connections"]
    )
    await serve_rounds(rounds)


if __name__ == "__main__":
    uvloop.run(main())
