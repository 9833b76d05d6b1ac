"""Certificates over HTTP: a register's extract comes in, findings go out."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.certificate import Agreement, DeclaredCertificate, Extract, Finding, FindingResult
from domain.errors import Text
from domain.extract_file import COLUMNS
from domain.party import Role
from domain.policy import CertificateType
from domain.ports.work import Work
from service.application import certificate, declaration
from service.http.call import Answer, Call, Served, json_answer
from service.http.media import CSV
from service.http.operation import Query, operation
from service.http.shapes import View

TAG: Final = "certificates"
EXTRACT_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of an extract: some 400 000 certificates."""

EXTRACT_EXAMPLE: Final = (
    ",".join(COLUMNS)
    + "\r\nY000032000001264000001,skill_level_certificate,张三,11010519491231002X,6-18-01-01,4,"
    "2026-03-05,2026-02-26,320681000001,valid\r\n"
)


class ExtractView(View):
    """A loaded extract of a register. What it says of anybody stays inside."""

    id: UUID
    place_id: UUID
    register: str
    rows: int
    loaded_at: datetime

    @classmethod
    def of(cls, extract: Extract) -> "ExtractView":
        """Show an extract."""
        return cls(
            id=extract.id,
            place_id=extract.place_id,
            register=extract.register,
            rows=extract.rows,
            loaded_at=extract.loaded_at,
        )


class FindingView(View):
    """What was found about one declared certificate, and stands.

    `settlement_id` is the settlement in which it was found: this one or an earlier one of the filing.
    `agrees` lists what was compared and agreed; `row_no` is the row of the extract, null where none
    was found. `contradicted`: a register contradicts here what two people established.
    """

    declaration_id: UUID
    enrolment_id: UUID
    settlement_id: UUID
    seq: int
    register: str
    extract_id: UUID | None
    row_no: int | None
    result: FindingResult
    contradicted: bool
    agrees: Annotated[list[str], msgspec.Meta(max_length=len(Agreement))]
    asked_at: datetime

    @classmethod
    def of(cls, finding: Finding) -> "FindingView":
        """Show a finding."""
        agreement = finding.agreement or Agreement(0)
        return cls(
            declaration_id=finding.declaration_id,
            enrolment_id=finding.enrolment_id,
            settlement_id=finding.settlement_id,
            seq=finding.seq,
            register=finding.register,
            extract_id=finding.extract_id,
            row_no=finding.row_no,
            result=finding.result,
            contradicted=finding.contradicted,
            agrees=[bit.name.lower() for bit in Agreement if bit.name and bit in agreement],
            asked_at=finding.asked_at,
        )


@operation(
    id="LoadCertificateExtract",
    method="POST",
    path="/v1/certificate-extracts",
    tag=TAG,
    summary=Text("导入证书数据", "Load a register's extract"),
    description=Text(
        "UTF-8 编码的 CSV，首行为列名："
        + "、".join(COLUMNS)
        + "。逐行检查，错误全部定位；有一处错误即不保存。证件号码只以盲索引保存。",
        "CSV in UTF-8 whose first line names the columns: "
        + ", ".join(COLUMNS)
        + ". Every row is checked and every bad one located; nothing is stored when there is one. "
        "Holders' ids are kept as blind indexes only.",
    ),
    roles=frozenset({Role.CLERK}),
    media=CSV,
    body_limit=EXTRACT_LIMIT,
    body_example=EXTRACT_EXAMPLE,
    query=(
        Query(
            name="register",
            required=True,
            pattern=r"^\S(?:.*\S)?$",
            description=Text("登记系统名称。", "The register's name."),
        ),
        Query(
            name="region_code",
            max_length=20,
            pattern="^[0-9]{2,20}$",
            description=Text(
                "受理地区代码，默认为本人所在地区。",
                "Code of the deciding region; the actor's own unless told.",
            ),
        ),
    ),
    answer=ExtractView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("extract_faulty", "extract_already_loaded", "place_unknown"),
)
async def load_certificate_extract(call: Call) -> Answer:
    """Check and store an extract."""

    async def act(work: Work) -> Extract:
        return await certificate.load_extract(
            work,
            register=call.query("register", str) or "",
            text=call.text(),
            region_code=call.query("region_code", str),
        )

    return await call.once(
        act,
        lambda done: json_answer(
            ExtractView.of(done), status=201, location=f"/v1/certificate-extracts/{done.id}"
        ),
    )


@operation(
    id="GetCertificateExtract",
    method="GET",
    path="/v1/certificate-extracts/{extract_id}",
    tag=TAG,
    summary=Text("查看证书数据", "Read what is known of an extract"),
    answer=ExtractView,
)
async def get_certificate_extract(call: Call) -> Answer:
    """Read one extract's register, size and time."""
    extract = await call.read(
        lambda work: certificate.get_extract(work, extract_id=call.path("extract_id"))
    )
    return json_answer(ExtractView.of(extract))


class DeclarationView(View):
    """One declared certificate, as the enterprise wrote it.

    `certificate_number` is null where a copy shows the certificate; `well_formed` whether the number has
    a shape of its type.
    """

    id: UUID
    enrolment_id: UUID
    certificate_type: CertificateType
    certificate_number: str | None
    well_formed: bool
    occupation_code: str
    grade: int | None
    issued_on: date
    issuer_code: str | None

    @classmethod
    def of(cls, declared: DeclaredCertificate) -> "DeclarationView":
        """Show a declaration."""
        return cls(
            id=declared.id,
            enrolment_id=declared.enrolment_id,
            certificate_type=declared.certificate_type,
            certificate_number=declared.number_raw,
            well_formed=declared.well_formed,
            occupation_code=declared.occupation_code,
            grade=declared.grade,
            issued_on=declared.issued_on,
            issuer_code=declared.issuer_code,
        )


@operation(
    id="ListDeclarations",
    method="GET",
    path="/v1/settlements/{settlement_id}/declarations",
    tag=TAG,
    summary=Text("申报证书", "Declared certificates of a settlement"),
    description=Text(
        "现行版本的申报证书，含沿用以前结算的；没有核验结果的也在列，人工核验以其 `id` 提出。",
        "What stands declared, what earlier settlements declared included, with or without a finding; a "
        "manual finding names its `id`.",
    ),
    answer=DeclarationView,
    paged=True,
)
async def list_declarations(call: Call) -> Answer:
    """Read a page of what is declared."""
    page = call.page()
    rows = await call.read(
        lambda work: declaration.declarations_of(
            work,
            settlement_id=call.path("settlement_id"),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=DeclarationView.of, after=lambda declared: declared.id)


@operation(
    id="ListFindings",
    method="GET",
    path="/v1/settlements/{settlement_id}/findings",
    tag=TAG,
    summary=Text("核验结果", "Findings of a settlement"),
    description=Text(
        "每份申报证书现行有效的核验结果；没有结果的不在列表中，也不据此作不利认定。登记系统查无记录不推翻此前的"
        "核验结果（包括本备案以前结算中的结果）；与人工核验结果相反的答复标为 `contradicted`，由两人重新核验。",
        "The finding that stands for each declared certificate. One without an answer is not listed, and "
        "that is held against nobody. That a register does not list a certificate undoes nothing found "
        "before, in an earlier settlement of the filing neither; an answer that contradicts what two "
        "people established is marked `contradicted`, and two people look again.",
    ),
    answer=FindingView,
    paged=True,
)
async def list_findings(call: Call) -> Answer:
    """Read a page of findings."""
    page = call.page()
    rows = await call.read(
        lambda work: certificate.findings_of(
            work,
            settlement_id=call.path("settlement_id"),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(
        rows, page, view=FindingView.of, after=lambda finding: finding.declaration_id
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    load_certificate_extract,
    get_certificate_extract,
    list_declarations,
    list_findings,
)
