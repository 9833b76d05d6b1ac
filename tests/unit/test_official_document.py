"""Papers: one stored form, one fingerprint, two renderings; numbers and amounts as documents write them."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from adapters.papers.pdf import PdfPapers, bundled_font
from domain.calendar import Deadline
from domain.cases import Case, CaseKind, Duty, Step
from domain.correction import CorrectionItem
from domain.eligibility import EligibilityRule
from domain.explanation.words import percent
from domain.filing import Filing, TrainingMode
from domain.machines import SIGNED
from domain.official_document import (
    ISSUED_BY,
    KINDS,
    DocumentKind,
    Issue,
    Paper,
    Paragraph,
    PersonRow,
    Table,
    fingerprint,
    kind_of,
    number_of,
    read_back,
    stored,
    without_numbers,
)
from domain.official_document.decisions import Correction, correction, lapse, listing_refusal
from domain.official_document.measures import (
    recovery_cancellation,
    recovery_order,
    review_decision,
)
from domain.official_document.templates import GROUNDS, settlement_application
from domain.official_document.words import yuan
from domain.recovery import Recovery, RecoveryCause, RecoveryFigures
from domain.settlement import Disposition, Ground, SettlementLine
from domain.settlement_explanation import RULES
from service.http.paper_page import paper_page


def step(from_state: str, to_state: str, duty: Duty) -> Step:
    """A step as stored."""
    return Step(
        seq=2,
        from_state=from_state,
        to_state=to_state,
        duty=duty,
        person_id=UUID(int=3),
        account_name="reviewer",
        at=datetime(2026, 3, 1, 1, tzinfo=UTC),
        reason="理由",
        clause="条款",
    )


FILING = Filing(
    case=Case(
        id=UUID(int=4),
        kind=CaseKind.FILING,
        place_id=UUID(int=5),
        org_id=UUID(int=6),
        partner_org_id=None,
        region_path="/32/3206/320681/",
        state="submitted",
        step_seq=2,
        version=2,
        created_at=datetime(2026, 3, 1, 1, tzinfo=UTC),
    ),
    policy_version_id=UUID(int=7),
    policy_id="jiangsu-nantong",
    class_name="车工中级工班",
    occupation_code="6-18-01-01",
    occupation_name="车工",
    target_grade=4,
    training_mode=TrainingMode.IN_HOUSE,
    provider_name=None,
    filed_starts_on=date(2026, 3, 2),
    filed_months=12,
    uplift_basis_points=0,
    fund_source="employment_subsidy",
    payee_account_id=UUID(int=8),
    payee_name="启东示例机械有限公司",
    payee_account_masked="****9012",
    bank_code="102100099996",
    roster_version=1,
    people=1,
    submitted_at=datetime(2026, 3, 1, 1, tzinfo=UTC),
    listing_document=None,
    listed_on=date(2026, 3, 1),
    opened_on=None,
    completed_on=None,
)
ISSUE = Issue(
    kind=DocumentKind.CORRECTION,
    year=2026,
    serial=1,
    issuer="启东市人力资源和社会保障局",
    addressee="启东示例机械有限公司",
    issued_on=date(2026, 3, 1),
    steps=[step("submitted", "returned_for_correction", Duty.REVIEW)],
)
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


def test_every_step_that_issues_a_document_is_told_from_every_other() -> None:
    # A stored step keeps its states and duty, not its event.
    issuing = set()
    for case_kind, machine in SIGNED.items():
        for state, moves in machine.items():
            assert len({(move.to, move.duty) for move in moves.values()}) == len(moves), state
            for event, move in moves.items():
                found = kind_of(case_kind, step(state, move.to, move.duty))
                assert found == ISSUED_BY.get((case_kind, event))
                if found is not None:
                    issuing.add((case_kind, event))
    assert issuing == set(ISSUED_BY)
    assert kind_of(CaseKind.FILING, step("submitted", "no such state", Duty.REVIEW)) is None


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("电话13911112222。", "电话139****222。"),
        ("139-1111-2222", "139****222"),
        ("139 1111 2222", "139****222"),
        ("身份证11010119900307423X", "身份证110****23X"),
        ("账号：3200160123456789012", "账号：320****012"),
        ("１３９１１１１２２２２", "１３９****２２２"),
        ("〔2019〕15号，2026-03-01", "〔2019〕15号，2026-03-01"),
    ],
)
def test_free_text_on_paper_names_nobodys_number(written: str, printed: str) -> None:
    assert without_numbers(written) == printed


SAID = st.text("张号：1X -", max_size=6)


@given(SAID, st.integers(10**10, 10**19), SAID)
def test_no_number_of_eleven_digits_gets_through(before: str, number: int, after: str) -> None:
    assert str(number) not in without_numbers(f"{before}{number}{after}")


def test_a_column_gets_the_room_that_its_text_needs() -> None:
    failed = "、".join(rule.zh for rule in RULES.values())
    rows = (("1", "张三", "110***********0010", "4,000.00", "不予补贴", f"不符合：{failed}"),)
    schedule = Table("明细表", ("序号", "姓名", "证件号码", "金额（元）", "结果", "认定"), rows)
    paper = replace(LETTER, blocks=(schedule,))
    (page,) = PdfReader(io.BytesIO(PdfPapers(bundled_font()).pdf(paper, bytes(32)))).pages
    lines = page.extract_text().splitlines()
    assert "110***********0010" in lines
    assert "不予补贴" in lines


def test_a_correction_says_what_is_provisional_and_what_happens_when_it_is_late() -> None:
    told = Correction(
        items=(CorrectionItem(pointer="/plan/starts_on", code=None, text="日期有误", todo="更正"),),
        later_reason="",
        working_days=10,
        deadline=Deadline(day=date(2028, 1, 14), provisional=True),
        expires=True,
    )
    paper = correction(ISSUE, FILING, CaseKind.FILING, told)
    *_, until, officers = paper.blocks
    assert until == Paragraph(
        "请自告知之日起10个工作日内，即最迟于2028年1月14日"
        "（暂定：2028年工作日安排公布后确定）补正并重新提交。逾期未补正的，视为撤回申请。"
    )
    assert isinstance(officers, Table)
    assert officers.rows == (("审核", "reviewer", "2026年3月1日", "理由", "条款"),)


def test_a_person_refused_reads_every_rule_that_is_not_met() -> None:
    line = SettlementLine(
        id=UUID(int=1),
        enrolment_id=UUID(int=2),
        disposition=Disposition.REFUSED,
        amount_fen=0,
        ground=Ground.INELIGIBLE,
        failed=(EligibilityRule.STACKING, EligibilityRule.INSIDE_WINDOW),
    )
    row = PersonRow(seat_no=1, name="张三", identity_masked="110***********0010", line=line)
    paper = settlement_application(
        ISSUE,
        FILING,
        entitled_fen=0,
        history_fen=200_000,
        balance_fen=0,
        recovery_fen=200_000,
        recovery_reference="R0123",
        people=[row],
    )
    (schedule,) = [b for b in paper.blocks if isinstance(b, Table) and b.caption == "明细表"]
    assert schedule.rows[0][4:] == (
        "不予补贴",
        "不符合补贴条件（不符合：未重复享受补贴、证书日期在规定期间内）",
    )
    assert Paragraph("应追缴2,000.00元，追缴编号R0123，由追缴决定书另行决定。") in paper.blocks
    assert set(GROUNDS) == set(Ground)


def test_an_order_withdrawn_and_a_lapse_without_a_limit_say_what_is_known() -> None:
    recovery = Recovery(
        case=FILING.case,
        filing_id=FILING.case.id,
        reference="R0123",
        cause=RecoveryCause.AUDIT,
        settlement_id=None,
        proposed_fen=None,
        document_number="试人社追〔2027〕9号",
        pay_within_days=30,
        served_on=None,
        due_on=None,
        proof_reference=None,
        figures=RecoveryFigures(),
    )
    cancelled = recovery_cancellation(ISSUE, FILING, recovery, ordered=True)
    assert "现撤销依《试人社追〔2027〕9号》作出的追缴决定" in stored(cancelled).decode()
    assert Paragraph("理由：理由。") in cancelled.blocks
    demand = recovery_order(ISSUE, FILING, recovery, ())
    assert "计算说明" not in stored(demand).decode()
    lapsed = stored(lapse(ISSUE, FILING, days=None, rule=None)).decode()
    assert "规定期限内未提交开班报告" in lapsed
    assert "依据：" not in lapsed
    limited = stored(lapse(ISSUE, FILING, days=20, rule="试人社〔2026〕1号")).decode()
    assert "20个工作日内未提交开班报告" in limited
    assert "依据：试人社〔2026〕1号。" in limited
    silent = replace(ISSUE, steps=[replace(ISSUE.steps[0], reason=" ", clause="")])
    assert "理由：" not in stored(listing_refusal(silent, FILING)).decode()
    unsaid = review_decision(
        ISSUE, requested_on=date(2026, 3, 1), about="某决定", statement=" ", upheld=None
    )
    assert "申请理由" not in stored(unsaid).decode()


def test_without_a_font_the_readers_own_is_named() -> None:
    printed = PdfPapers(None).pdf(LETTER, fingerprint(LETTER))
    assert b"STSong-Light" in printed
    assert b"FontFile2" not in printed
