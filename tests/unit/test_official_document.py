"""Papers: one stored form, one fingerprint, two renderings; numbers and amounts as documents write them."""

import hashlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from adapters.papers.pdf import PdfPapers, bundled_font
from domain.official_document import (
    ISSUED_BY,
    KINDS,
    DocumentKind,
    Paper,
    Paragraph,
    Table,
    fingerprint,
    number_of,
    read_back,
    stored,
)
from domain.official_document.words import percent, yuan
from service.http.paper_page import paper_page

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
PAPERS = st.builds(
    Paper,
    title=TEXT,
    number=TEXT,
    addressee=TEXT,
    issuer=TEXT,
    issued_on=TEXT,
    blocks=st.lists(
        st.builds(Paragraph, TEXT)
        | st.integers(1, 4).flatmap(
            lambda width: st.builds(
                Table,
                TEXT,
                st.tuples(*[TEXT] * width),
                st.lists(st.tuples(*[TEXT] * width), max_size=3).map(tuple),
            )
        ),
        max_size=4,
    ).map(tuple),
)
LETTER = Paper(
    title="受理通知书",
    number="学徒受理〔2026〕1号",
    addressee="<script>alert(1)</script>公司",
    blocks=(Paragraph("材料齐全 & 受理"), Table("计划", ("班级", "人数"), (("车工班", "33"),))),
    issuer="启东市人力资源和社会保障局",
    issued_on="2026年3月1日",
)


@given(PAPERS)
def test_a_paper_is_read_back_as_it_was_stored(paper: Paper) -> None:
    assert read_back(stored(paper).decode()) == paper
    assert fingerprint(paper) == hashlib.sha256(stored(paper)).digest()


def test_the_stored_form_stays_as_it_is() -> None:
    # The fingerprint on a printed document is this text's: changing the form breaks every document.
    assert json.loads(stored(LETTER)) == {
        "format": 1,
        "title": "受理通知书",
        "number": "学徒受理〔2026〕1号",
        "addressee": "<script>alert(1)</script>公司",
        "issuer": "启东市人力资源和社会保障局",
        "issued_on": "2026年3月1日",
        "blocks": [
            {"kind": "paragraph", "text": "材料齐全 & 受理"},
            {
                "kind": "table",
                "caption": "计划",
                "heads": ["班级", "人数"],
                "rows": [["车工班", "33"]],
            },
        ],
    }
    assert stored(LETTER).startswith(b'{"addressee":')


def test_the_page_escapes_every_word_and_carries_the_fingerprint() -> None:
    page = paper_page(LETTER, fingerprint(LETTER)).decode()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;公司：" in page
    assert "材料齐全 &amp; 受理" in page
    assert "<th>班级</th><th>人数</th>" in page
    assert fingerprint(LETTER).hex() in page


def test_the_pdf_is_the_same_every_time_and_carries_the_fingerprint() -> None:
    printed = PdfPapers(bundled_font()).pdf(LETTER, fingerprint(LETTER))
    assert printed == PdfPapers(bundled_font()).pdf(LETTER, fingerprint(LETTER))
    reader = PdfReader(io.BytesIO(printed))
    assert len(reader.pages) == 1
    assert fingerprint(LETTER).hex() in reader.pages[0].extract_text()
    assert "启东市人力资源和社会保障局" in reader.pages[0].extract_text()
    assert b"FontFile2" in printed
    assert reader.metadata is not None
    assert reader.metadata.title == "受理通知书 学徒受理〔2026〕1号"


def test_a_long_schedule_runs_over_pages() -> None:
    rows = tuple((str(n), "张*", "110***********0010", "4,000.00", "应付") for n in range(1, 201))
    long = Paper(
        title="补贴申领表及明细表（结算）",
        number="学徒结算〔2026〕1号",
        addressee="启东示例机械有限公司",
        blocks=(Table("明细表", ("序号", "姓名", "证件号码", "金额", "结果"), rows),),
        issuer="启东市人力资源和社会保障局",
        issued_on="2026年3月1日",
    )
    pages = PdfReader(io.BytesIO(PdfPapers(bundled_font()).pdf(long, fingerprint(long)))).pages
    assert len(pages) > 3
    assert all(fingerprint(long).hex() in page.extract_text() for page in pages)


@pytest.mark.parametrize(
    ("amount_fen", "written"),
    [(0, "0.00"), (5, "0.05"), (6_200_000, "62,000.00"), (-100_001, "-1,000.01")],
)
def test_amounts_are_written_in_yuan(amount_fen: int, written: str) -> None:
    assert yuan(amount_fen) == written


@pytest.mark.parametrize(("share", "written"), [(5000, "50%"), (4500, "45%"), (333, "3.33%")])
def test_shares_are_written_as_percentages(share: int, written: str) -> None:
    assert percent(share) == written


def test_every_kind_has_a_number_of_its_own() -> None:
    assert number_of(DocumentKind.ACCEPTANCE, 2026, 12) == "学徒受理〔2026〕12号"
    assert len({kind.word for kind in KINDS.values()}) == len(DocumentKind) == len(KINDS)
    assert set(ISSUED_BY.values()) == set(DocumentKind)


def test_without_a_font_the_readers_own_is_named() -> None:
    printed = PdfPapers(None).pdf(LETTER, fingerprint(LETTER))
    assert b"STSong-Light" in printed
    assert b"FontFile2" not in printed
