"""The documentation as a partner sees it: Debian's Chromium, every other host blocked."""

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn

from domain.refusals import REGISTRY
from service.http.app import create_app
from service.http.operations import OPERATIONS
from service.http.problems import type_of
from tests.unit.http.stub_api import Store

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_S = 120

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The whole API served on a loopback port; its pages need no database."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(Store().ports(), OPERATIONS),
        http="httptools",
        loop="asyncio",
        lifespan="off",
        log_config=None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE_S)
    listening.close()


class Visit:
    """One page as Chromium rendered it, its picture, and every address it asked for."""

    def __init__(self, url: str, folder: Path) -> None:
        log, picture = folder / "net.json", folder / "page.png"
        rendered = subprocess.run(
            [
                str(CHROMIUM),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--window-size=1440,1400",
                f"--user-data-dir={folder / 'profile'}",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                f"--log-net-log={log}",
                f"--screenshot={picture}",
                "--dump-dom",
                url,
            ],
            capture_output=True,
            check=True,
            timeout=PATIENCE_S,
        )
        self.dom = rendered.stdout.decode()
        self.text = unescape(
            re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", self.dom, flags=re.DOTALL))
        )
        self.picture = picture.read_bytes()
        self.asked = _addresses_in(json.loads(log.read_text("utf-8")))


def _addresses_in(log: dict[str, list[dict[str, dict[str, str]]]]) -> set[str]:
    """Every web address that the page, not the browser itself, made a request for."""
    return {
        url
        for event in log["events"]
        if (url := event.get("params", {}).get("url", "")).startswith(("http", "ws"))
        and "initiator" in event["params"]
        and event["params"]["initiator"] != "not an origin"
    }


@pytest.fixture(scope="module")
def documentation(address: str, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    return Visit(f"{address}/docs", tmp_path_factory.mktemp("docs"))


def test_every_operation_is_shown_in_both_languages(documentation: Visit) -> None:
    assert OPERATIONS
    for served in OPERATIONS:
        described = served.operation
        assert f'id="{described.id}"' in documentation.dom
        for words in (described.id, described.path, described.summary.zh, described.summary.en):
            assert words in documentation.text, described.id


def test_the_stylesheet_is_applied(documentation: Visit) -> None:
    """A picture of an unstyled or empty page is far smaller; the policy allows the style by hash."""
    assert documentation.picture.startswith(b"\x89PNG")
    assert len(documentation.picture) > 100_000
    assert "Refused to apply" not in documentation.dom


def test_no_other_host_is_asked_for_anything(address: str, documentation: Visit) -> None:
    here = urlsplit(address).netloc
    assert {url for url in documentation.asked if urlsplit(url).netloc != here} == set()


def test_a_page_that_asked_another_host_would_be_seen_to(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<img src="http://elsewhere.example/a.png">', "utf-8")
    asked = Visit(page.as_uri(), tmp_path).asked
    assert "http://elsewhere.example/a.png" in asked


def test_every_problem_code_is_shown(address: str, tmp_path: Path) -> None:
    page = Visit(f"{address}/problems", tmp_path)
    for code, kind in REGISTRY.items():
        assert f'href="{type_of(code)}"' in page.dom
        for words in (code, kind.title.zh, kind.title.en):
            assert words in page.text
