"""The API on the real database, with everyone of one place signed in by the name of their duty."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from adapters.papers.pdf import PdfPapers, bundled_font
from adapters.papers.qr import SvgQrCodes
from adapters.policies.packs_on_disk import PacksOnDisk
from adapters.sheets.files import SheetFiles
from adapters.system.ids import new_id
from adapters.tables.spreadsheets import Spreadsheets
from domain.party import Actor
from domain.ports.identity import OpenedSession, Sessions
from domain.ports.work import BeginWork
from service.http.app import create_app
from service.http.call import Served
from service.ports import Ports
from tests.fakes.documents import FakeDocuments
from tests.integration.job_rig import QuietBell
from tests.people import Staff


class KnownPeople(Sessions):
    """Tokens that begin with a duty; nobody has to sign in."""

    def __init__(self, staff: Staff) -> None:
        self._people: Mapping[str, Actor] = {
            "filer": staff.filer,
            "handler": staff.handler,
            "approver": staff.approver,
            "releaser": staff.releaser,
            "finance": staff.finance,
            "finance_second": staff.finance_second,
        }

    async def actor_of(self, token: str) -> Actor | None:
        return self._people.get(token.partition("-")[0])

    async def open(self, account_name: str, password: str) -> OpenedSession | None:  # noqa: ARG002 - the port's
        raise AssertionError("nobody signs in here")

    async def revoke(self, token: str) -> None:  # noqa: ARG002 - the port's
        raise AssertionError("nobody signs out here")


async def _ready() -> dict[str, bool]:
    return {}


@asynccontextmanager
async def client_of(
    operations: Sequence[Served], begin_work: BeginWork, staff: Staff
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of these operations."""
    app = create_app(
        Ports(
            begin_work=begin_work,
            sessions=KnownPeople(staff),
            doorbell=QuietBell(),
            new_id=new_id,
            readiness=_ready,
            cursor_secret=b"0" * 32,
            policies=PacksOnDisk(),
            papers=PdfPapers(bundled_font()),
            tables=Spreadsheets(),
            documents=FakeDocuments(),
            sheets=SheetFiles(),
            qr_codes=SvgQrCodes(),
            chunk_rows=500,
        ),
        operations,
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client


async def post(
    api: httpx.AsyncClient,
    who: str,
    path: str,
    body: Any = None,
    *,
    key: str | None = None,
    version: int | None = None,
    csv: str | None = None,
) -> httpx.Response:
    """Post as somebody, under a key of its own unless one is given."""
    headers = {
        "Authorization": f"Bearer {who}-token-0001",
        "Idempotency-Key": key or f"key-{uuid4()}",
    }
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    if csv is not None:
        headers["Content-Type"] = "text/csv"
        return await api.post(path, content=csv.encode(), headers=headers)
    return await api.post(path, json=body, headers=headers)


async def get(api: httpx.AsyncClient, who: str, path: str) -> httpx.Response:
    """Get as somebody."""
    return await api.get(path, headers={"Authorization": f"Bearer {who}-token-0001"})
