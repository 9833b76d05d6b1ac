"""A partner's client in forty lines: sign in, ask with a key and a version, poll for the system's steps."""

import secrets
import time
from collections.abc import Callable
from typing import Any, Final

import httpx

Json = dict[str, Any]

PATIENCE_S: Final = 90
POLL_S: Final = 0.1
_PROBLEM: Final = "application/problem+json"


class Refused(Exception):
    """The product said no; the text is its problem document, and `problem` the same read, if it answered one."""

    def __init__(self, said: str, problem: Json | None = None) -> None:
        super().__init__(said)
        self.problem: Json = problem or {}


class Partner:
    """One signed-in person, asking over HTTP."""

    def __init__(self, address: str, account_name: str, password: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=60, trust_env=False)
        opened = self.ask(
            "POST", "/v1/sessions", {"account_name": account_name, "password": password}, key=None
        )
        self._http.headers["Authorization"] = f"Bearer {opened['token']}"
        self.name = account_name

    def ask(
        self,
        method: str,
        path: str,
        body: Json | str | None = None,
        *,
        version: int | None = None,
        key: str | None = "",
    ) -> Json:
        """Ask once; a text body is uploaded as CSV. Raises `Refused` with the problem."""
        headers = {"Accept-Language": "zh-CN"}
        if method == "POST" and key is not None:
            headers["Idempotency-Key"] = key or secrets.token_urlsafe(24)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent: Json = {}
        if isinstance(body, str):
            headers["Content-Type"] = "text/csv"
            sent = {"content": body.encode()}
        elif body is not None:
            sent = {"json": body}
        answer = self._http.request(method, path, headers=headers, **sent)
        _check(answer, f"{method} {path}")
        found: Json = answer.json() if answer.content else {}
        return found

    def upload(self, path: str, kind: str, file_name: str, content: bytes) -> Json:
        """Upload a PDF as a document of a case. Raises `Refused` with the problem."""
        answer = self._http.post(
            f"{path}/documents",
            params={"kind": kind, "file_name": file_name},
            content=content,
            headers={
                "Content-Type": "application/pdf",
                "Idempotency-Key": secrets.token_urlsafe(24),
            },
        )
        _check(answer, f"POST {path}/documents")
        found: Json = answer.json()
        return found

    def close(self) -> None:
        """Close the connections; the session stays open."""
        self._http.close()

    def get(self, path: str) -> Json:
        """Read."""
        return self.ask("GET", path)

    def text(self, path: str) -> str:
        """Download a text."""
        answer = self._http.get(path, headers={"Accept": "text/csv"})
        _check(answer, f"GET {path}")
        return answer.text

    def step(self, path: str, action: str, body: Json | None = None) -> Json:
        """Read a case for its version, then sign a step of it."""
        return self.ask("POST", f"{path}/{action}", body, version=self.get(path)["case"]["version"])

    def wait_for(self, path: str, state: str) -> Json:
        """Read a case until the system has moved it there: its worker does, when it runs."""
        return self.wait_while(path, lambda shown: bool(shown["case"]["state"] != state))

    def wait_until(self, path: str, field: str) -> Json:
        """Read until a field is no longer null."""
        return self.wait_while(path, lambda shown: shown[field] is None)

    def wait_while(self, path: str, pending: Callable[[Json], bool]) -> Json:
        """Read until what is shown is no longer pending; raises `Refused` when it stays so."""
        deadline = time.monotonic() + PATIENCE_S
        while pending(shown := self.get(path)):
            if time.monotonic() > deadline:
                raise Refused(f"{path} is still pending: {shown}")
            time.sleep(POLL_S)
        return shown


def _check(answer: httpx.Response, asked: str) -> None:
    """Raise `Refused` with the problem that was answered."""
    if answer.is_error:
        is_problem = answer.headers.get("content-type", "").startswith(_PROBLEM)
        problem = answer.json() if is_problem else None
        raise Refused(f"{asked} -> {answer.status_code}\n{answer.text}", problem)
