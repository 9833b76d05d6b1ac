"""The pages show every operation and every code, in both languages, and fetch nothing."""

import re
from html.parser import HTMLParser

import pytest

from domain.errors import Text
from domain.refusals import REGISTRY
from service.http.documentation import documentation_page, problem_page, problems_page
from service.http.operation import Operation
from tests.unit.http.stub_api import OPERATIONS, client_of, stub_app

DESCRIBED = [served.operation for served in OPERATIONS]


class Page(HTMLParser):
    """Collects ids, links and text; notes tags that are not closed."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name in {"href", "src"}:
                self.links.append(str(value))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_every_operation_is_shown_in_both_languages() -> None:
    page = Page(documentation_page(DESCRIBED))
    text = "".join(page.words)
    for described in DESCRIBED:
        assert described.id in page.ids
        assert described.path in text
        assert described.summary.zh in text
        assert described.summary.en in text
        for code in described.codes:
            assert code in text


@pytest.mark.parametrize(
    "html",
    [
        documentation_page(DESCRIBED),
        problems_page(),
        problem_page(REGISTRY["not_permitted"]),
    ],
)
def test_a_page_is_well_formed_and_fetches_nothing(html: str) -> None:
    page = Page(html)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert "url(" not in html
    assert "@import" not in html
    assert [link for link in page.links if not re.match(r"^(#|/(?!/))", link)] == []
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)


def test_what_an_operation_says_cannot_become_markup() -> None:
    hostile = Text("<script>甲</script>", '`<b>` & "quotes"')
    html = documentation_page(
        [
            Operation(
                id="Hostile",
                method="GET",
                path="/v1/hostile",
                tag="<i>",
                summary=hostile,
                description=hostile,
                status=204,
            )
        ]
    )
    assert "<script" not in html
    assert "<code>&lt;b&gt;</code>" in html


async def test_every_address_a_page_links_to_answers() -> None:
    links = {link for link in Page(documentation_page(DESCRIBED)).links if link.startswith("/")}
    links |= {link for link in Page(problems_page()).links if link.startswith("/")}
    assert len(links) > len(REGISTRY)
    async with client_of(stub_app()) as client:
        for link in sorted(links):
            answer = await client.get(link, headers={"Accept": "text/html"})
            assert answer.status_code == 200, link
            if link != "/openapi.json":
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'")
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_the_root_leads_to_the_documentation() -> None:
    async with client_of(stub_app()) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/docs")


async def test_a_program_gets_a_codes_meaning_as_json() -> None:
    async with client_of(stub_app()) as client:
        answer = await client.get("/problems/not-permitted", headers={"Accept": "application/json"})
    assert answer.json() == {
        "type": "/problems/not-permitted",
        "code": "not_permitted",
        "status": 403,
        "title": {"zh-CN": "无权执行此操作", "en": "Not permitted"},
        "detail": {
            "zh-CN": REGISTRY["not_permitted"].detail.zh,
            "en": REGISTRY["not_permitted"].detail.en,
        },
        "values": ["roles"],
    }
