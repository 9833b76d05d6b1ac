"""The audit trail without a database: canonical bytes, links, checkpoints, seven tamperings."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.crypto.checkpoint_keys import Ed25519CheckpointKeys, signature_holds
from adapters.crypto.key_file import create_key_file, read_key_file
from adapters.crypto.software import sm3
from adapters.system.checkpoints import FileCheckpoints
from domain.audit import (
    GENESIS,
    AuditEntry,
    Fact,
    Ground,
    Head,
    Link,
    canonical,
    entry_digest,
    instant,
    instant_of,
    linked,
)
from domain.audit_checkpoint import (
    Checkpoint,
    CheckpointUnreadable,
    SignedCheckpoint,
    checkpoint_of,
    checkpoint_text,
    signed,
)
from domain.audit_export import header_line, record_line
from domain.audit_verification import Verdict, Why, verify
from domain.cases import Case, CaseKind
from service.application.audit import verdict_lines, verify_audit

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
COUNTY = "/32/3206/320681/"
OTHER_COUNTY = "/32/3206/320623/"
PROVINCE = "/32/"

Record = dict[str, Any]
Records = list[Record]


def an_entry(number: int, region_path: str = COUNTY) -> AuditEntry:
    return AuditEntry(
        id=UUID(int=number),
        at=AT + timedelta(minutes=number),
        place_id=UUID(int=1000),
        org_id=UUID(int=2000),
        partner_org_id=None,
        region_path=region_path,
        person_id=UUID(int=3000),
        account_name="reviewer",
        action="filing.accepted",
        object_kind="filing",
        object_id=str(UUID(int=4000 + number)),
        request_id=f"req-{number}",
        payload=canonical({"people": number}),
    )


def chained(*entries: AuditEntry) -> list[tuple[Link, AuditEntry]]:
    links = linked(entries, {}, sealed_at=AT + timedelta(hours=1), sm3=sm3)
    return list(zip(links, entries, strict=True))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Ed25519CheckpointKeys:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    create_key_file(path)
    return Ed25519CheckpointKeys(read_key_file(path))


class Trail:
    """Two chains of eight and four entries, exported, with checkpoints taken on the way."""

    def __init__(self, keys: Ed25519CheckpointKeys) -> None:
        self.keys = keys
        numbers = count(1)
        self.sealed = [
            *chained(*(an_entry(next(numbers), OTHER_COUNTY) for _ in range(4))),
            *chained(*(an_entry(next(numbers), COUNTY) for _ in range(8))),
        ]
        self.records: Records = [json.loads(record_line(*pair)) for pair in self.sealed]

    def checkpoint(self, **sequences: int) -> SignedCheckpoint:
        """Sign the heads of the chains cut at these sequences (default: all of both)."""
        cut = {OTHER_COUNTY: sequences.get("other", 4), COUNTY: sequences.get("county", 8)}
        heads = {
            link.region_path: Head(sequence=link.sequence, digest=link.digest)
            for link, _ in self.sealed
            if link.sequence == cut[link.region_path]
        }
        return signed(Checkpoint(taken_at=AT, heads=heads), self.keys.sign)

    def verdict(
        self, records: Records, checkpoints: Sequence[SignedCheckpoint], scope: str = PROVINCE
    ) -> Verdict:
        lines = [header_line(scope, AT), *(json.dumps(record) + "\n" for record in records)]
        return verify(
            lines,
            checkpoints=checkpoints,
            public_key=self.keys.public_key,
            sm3=sm3,
            signature_holds=signature_holds,
        )


@pytest.fixture
def trail(keys: Ed25519CheckpointKeys) -> Trail:
    return Trail(keys)


def _found(verdict: Verdict) -> tuple[Why, str, int]:
    assert verdict.broken is not None
    return verdict.broken.why, verdict.broken.region_path, verdict.broken.sequence


def _entry_at(records: Records, sequence: int) -> Record:
    entry: Record = _record_at(records, sequence)["entry"]
    return entry


def _record_at(records: Records, sequence: int) -> Record:
    return next(r for r in records if (r["region_path"], r["sequence"]) == (COUNTY, sequence))


# --- tamperings -----------------------------------------------------------------------------------


def test_an_untouched_trail_verifies(trail: Trail) -> None:
    verdict = trail.verdict(trail.records, [trail.checkpoint()])
    assert verdict == Verdict(region_path=PROVINCE, chains=2, records=12, anchored=12, broken=None)


def test_records_newer_than_the_checkpoint_count_as_not_anchored(trail: Trail) -> None:
    verdict = trail.verdict(trail.records, [trail.checkpoint(county=5)])
    assert (verdict.broken, verdict.records, verdict.anchored) == (None, 12, 9)


def test_an_edited_payload_is_found(trail: Trail) -> None:
    _entry_at(trail.records, 3)["payload"] = '{"people":99}'
    verdict = trail.verdict(trail.records, [trail.checkpoint()])
    assert _found(verdict) == (Why.ENTRY_CHANGED, COUNTY, 3)
    assert verdict.broken is not None
    assert verdict.broken.entry_id == UUID(_record_at(trail.records, 3)["entry_id"])
    assert (verdict.broken.line, verdict.records) == (8, 6)


def test_an_edited_actor_is_found(trail: Trail) -> None:
    _entry_at(trail.records, 4)["person_id"] = str(UUID(int=3001))
    verdict = trail.verdict(trail.records, [trail.checkpoint()])
    assert _found(verdict) == (Why.ENTRY_CHANGED, COUNTY, 4)


def test_an_edited_time_is_found(trail: Trail) -> None:
    _entry_at(trail.records, 5)["at"] = "2026-03-02T09:34:00.000001Z"
    verdict = trail.verdict(trail.records, [trail.checkpoint()])
    assert _found(verdict) == (Why.ENTRY_CHANGED, COUNTY, 5)


def test_a_deleted_record_is_found(trail: Trail) -> None:
    trail.records.remove(_record_at(trail.records, 6))
    verdict = trail.verdict(trail.records, [trail.checkpoint()])
    assert _found(verdict) == (Why.RECORD_MISSING, COUNTY, 6)


def test_two_swapped_records_are_found(trail: Trail) -> None:
    first, second = _record_at(trail.records, 2), _record_at(trail.records, 5)
    for name in ("entry", "entry_id", "entry_digest"):
        first[name], second[name] = second[name], first[name]
    verdict = trail.verdict(trail.records, [trail.checkpoint()])
    assert _found(verdict) == (Why.LINK_CHANGED, COUNTY, 2)


def test_a_truncated_tail_is_found(trail: Trail) -> None:
    verdict = trail.verdict(trail.records[:-3], [trail.checkpoint()])
    assert _found(verdict) == (Why.TRUNCATED, COUNTY, 6)


def _rewritten(trail: Trail, sequence: int) -> Records:
    """Change one entry and compute every digest of its chain anew, as the software would."""
    entries = [entry for link, entry in trail.sealed if link.region_path == COUNTY]
    entries[sequence - 1] = replace(entries[sequence - 1], payload=canonical({"people": 99}))
    return [
        *(r for r in trail.records if r["region_path"] != COUNTY),
        *(json.loads(record_line(*pair)) for pair in chained(*entries)),
    ]


def test_a_full_rewrite_with_recomputed_hashes_is_found(trail: Trail) -> None:
    verdict = trail.verdict(_rewritten(trail, 1), [trail.checkpoint()])
    assert _found(verdict) == (Why.REWRITTEN, COUNTY, 8)
    assert verdict.broken is not None
    assert verdict.broken.text.en.startswith(f"Records 1 to 8 of {COUNTY}")


def test_more_checkpoints_narrow_a_rewriting_down(trail: Trail) -> None:
    taken = [trail.checkpoint(county=sequence) for sequence in (8, 3, 6)]
    verdict = trail.verdict(_rewritten(trail, 5), taken)
    assert _found(verdict) == (Why.REWRITTEN, COUNTY, 6)
    assert verdict.broken is not None
    assert verdict.broken.text.zh.startswith(f"{COUNTY}第4号至第6号")


def test_without_a_checkpoint_a_cut_tail_and_a_rewriting_pass(trail: Trail) -> None:
    """Why checkpoints leave the database: five of seven are found by the digests alone."""
    assert trail.verdict(trail.records[:-3], []).broken is None
    assert trail.verdict(_rewritten(trail, 1), []).broken is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("place_id", str(UUID(int=1001))),
        ("place_id", None),
        ("org_id", str(UUID(int=2001))),
        ("org_id", None),
        ("partner_org_id", str(UUID(int=2002))),
        ("account_name", "approver"),
        ("action", "filing.refused"),
        ("object_kind", "settlement"),
        ("object_id", str(UUID(int=4444))),
        ("request_id", "req-0"),
        ("id", str(UUID(int=99))),
        ("region_path", OTHER_COUNTY),
        ("payload", '{"people": 7}'),
        ("payload", "\udcff"),
    ],
)
def test_an_edit_of_any_field_is_found(trail: Trail, name: str, value: str | None) -> None:
    _entry_at(trail.records, 3)[name] = value
    assert _found(trail.verdict(trail.records, [])) == (Why.ENTRY_CHANGED, COUNTY, 3)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("entry_digest", "00" * 32, Why.ENTRY_CHANGED),
        ("previous", "00" * 32, Why.CHAIN_BROKEN),
        ("digest", "00" * 32, Why.LINK_CHANGED),
        ("sealed_at", "2026-03-02T10:30:00.000001Z", Why.LINK_CHANGED),
        ("entry", None, Why.ENTRY_MISSING),
        ("sequence", 2, Why.OUT_OF_PLACE),
        ("sequence", 9, Why.RECORD_MISSING),
    ],
)
def test_an_edit_of_any_part_of_a_link_is_found(
    trail: Trail, name: str, value: object, why: Why
) -> None:
    _record_at(trail.records, 3)[name] = value
    found, region, _ = _found(trail.verdict(trail.records, []))
    assert (found, region) == (why, COUNTY)


def test_an_edit_hidden_by_its_own_new_digest_breaks_the_link(trail: Trail) -> None:
    link, entry = trail.sealed[4 + 2]
    forged = replace(entry, account_name="nobody")
    record = json.loads(record_line(replace(link, entry_digest=entry_digest(forged, sm3)), forged))
    trail.records[4 + 2] = record
    assert _found(trail.verdict(trail.records, [])) == (Why.LINK_CHANGED, COUNTY, 3)


def test_a_chain_removed_whole_is_found(trail: Trail) -> None:
    others = [record for record in trail.records if record["region_path"] != COUNTY]
    verdict = trail.verdict(others, [trail.checkpoint()])
    assert _found(verdict) == (Why.TRUNCATED, COUNTY, 1)


def test_a_chain_cut_before_another_begins_is_found(trail: Trail) -> None:
    verdict = trail.verdict(trail.records[:2] + trail.records[4:], [trail.checkpoint()])
    assert _found(verdict) == (Why.TRUNCATED, OTHER_COUNTY, 3)


def test_a_chain_that_comes_back_is_out_of_place(trail: Trail) -> None:
    verdict = trail.verdict([*trail.records, trail.records[0]], [])
    assert _found(verdict) == (Why.OUT_OF_PLACE, OTHER_COUNTY, 1)


def test_a_chain_outside_the_exports_scope_is_out_of_place(trail: Trail) -> None:
    verdict = trail.verdict(trail.records, [], scope=COUNTY)
    assert _found(verdict) == (Why.OUT_OF_PLACE, OTHER_COUNTY, 1)


def test_a_county_is_verified_against_a_checkpoint_of_all_regions(trail: Trail) -> None:
    mine = [record for record in trail.records if record["region_path"] == COUNTY]
    verdict = trail.verdict(mine, [trail.checkpoint()], scope=COUNTY)
    assert (verdict.broken, verdict.chains, verdict.anchored) == (None, 1, 8)


def test_a_checkpoint_changed_after_signing_is_found(trail: Trail) -> None:
    checkpoint = trail.checkpoint()
    forged = replace(
        checkpoint, checkpoint=Checkpoint(taken_at=AT, heads={COUNTY: Head(sequence=1, digest=b"")})
    )
    assert _found(trail.verdict(trail.records, [forged]))[0] is Why.CHECKPOINT_FORGED


def test_a_checkpoint_signed_by_another_key_is_found(trail: Trail, tmp_path: Path) -> None:
    create_key_file(tmp_path / "keys.json")
    other = Ed25519CheckpointKeys(read_key_file(tmp_path / "keys.json"))
    forged = signed(trail.checkpoint().checkpoint, other.sign)
    assert _found(trail.verdict(trail.records, [forged]))[0] is Why.CHECKPOINT_FORGED


def _without_newest(record: Record) -> Record:
    del record["digest"]
    return record


def _with(**fields: object) -> Callable[[Record], Record]:
    return lambda record: {**record, **fields}


def _with_entry(**fields: object) -> Callable[[Record], Record]:
    return lambda record: {**record, "entry": {**record["entry"], **fields}}


@pytest.mark.parametrize(
    "spoil",
    [
        _without_newest,
        _with(more=1),
        _with(sequence="3"),
        _with(sequence=True),
        _with(digest="zz"),
        _with(digest=7),
        _with(entry_id="1"),
        _with(entry=[]),
        _with(sealed_at="2026-03-02T10:30:00"),
        _with(sealed_at="0001-01-01T00:00:00+14:00"),
        _with(sealed_at="yesterday"),
        _with(region_path="\ud800"),
        _with_entry(payload="\ud800"),
        _with_entry(account_name="\udcff"),
        _with_entry(place_id=5),
    ],
)
def test_a_line_that_is_no_record_is_named(trail: Trail, spoil: Callable[[Record], Record]) -> None:
    trail.records[6] = spoil(trail.records[6])
    verdict = trail.verdict(trail.records, [])
    assert verdict.broken is not None
    assert (verdict.broken.why, verdict.broken.line) == (Why.UNREADABLE, 8)
    assert "第8行" in verdict.broken.text.zh


@pytest.mark.parametrize(
    "line",
    ["", "{", "null", "[" * 100_000, '{"format":1,"format":2}', "{}", '{"format":NaN}', "\ud800"],
)
def test_a_file_that_is_no_export_is_named(trail: Trail, line: str) -> None:
    verdict = verify(
        [line, "\n"],
        checkpoints=[],
        public_key=trail.keys.public_key,
        sm3=sm3,
        signature_holds=signature_holds,
    )
    assert _found(verdict)[0] is Why.UNREADABLE


def test_an_empty_file_is_no_export(trail: Trail) -> None:
    verdict = verify([], checkpoints=[], public_key=b"", sm3=sm3, signature_holds=signature_holds)
    assert _found(verdict)[0] is Why.UNREADABLE
    assert trail.verdict([], []).broken is None


@pytest.mark.parametrize(("old", "new"), [("export-1", "export-2"), ("/32/", "\\ud800")])
def test_a_header_that_is_none_of_ours_is_refused(trail: Trail, old: str, new: str) -> None:
    header = header_line(PROVINCE, AT).replace(old, new)
    verdict = verify(
        [header],
        checkpoints=[],
        public_key=trail.keys.public_key,
        sm3=sm3,
        signature_holds=signature_holds,
    )
    assert _found(verdict)[0] is Why.UNREADABLE


# --- canonical bytes, links -----------------------------------------------------------------------


def test_canonical_bytes_have_one_form() -> None:
    facts: Fact = {"b": [1, True, None], "a": {"y": "三"}, "c": ("x",)}
    assert canonical(facts) == '{"a":{"y":"三"},"b":[1,true,null],"c":["x"]}'.encode()


@pytest.mark.parametrize("fact", [{"人": 1}, {"a": math.pi}, {"a": b"1"}, {"a": "\ud800"}])
def test_what_has_no_canonical_form_is_refused(fact: Any) -> None:
    with pytest.raises(ValueError, match=r"canonical|ASCII|surrogates"):
        canonical(fact)


def test_an_instant_is_written_in_utc_whatever_its_zone() -> None:
    china = timezone(timedelta(hours=8))
    assert instant(AT.astimezone(china)) == instant(AT) == "2026-03-02T09:30:00.000000Z"
    assert instant_of("2026-03-02T17:30:00+08:00") == AT


def test_links_continue_each_regions_chain_from_its_head() -> None:
    head = Head(sequence=41, digest=b"\x07" * 32)
    entries = [an_entry(1), an_entry(2, OTHER_COUNTY), an_entry(3)]
    first, other, second = linked(entries, {COUNTY: head}, sealed_at=AT, sm3=sm3)
    assert (first.sequence, first.previous) == (42, head.digest)
    assert (second.sequence, second.previous) == (43, first.digest)
    assert (other.sequence, other.previous) == (1, GENESIS)


def test_the_ground_of_an_act_is_its_cases() -> None:
    case = Case(
        id=UUID(int=1),
        kind=CaseKind.FILING,
        place_id=UUID(int=2),
        org_id=UUID(int=3),
        partner_org_id=UUID(int=4),
        region_path=COUNTY,
        state="draft",
        step_seq=1,
        version=1,
        created_at=AT,
    )
    assert Ground.of(case) == Ground(
        place_id=case.place_id,
        org_id=case.org_id,
        partner_org_id=case.partner_org_id,
        region_path=COUNTY,
    )


# --- checkpoints ----------------------------------------------------------------------------------


def test_a_checkpoint_reads_back_as_it_was_written(trail: Trail) -> None:
    checkpoint = trail.checkpoint()
    assert checkpoint_of(checkpoint_text(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "[" * 100_000,
        lambda _: "{}",
        lambda text: text.replace("checkpoint-1", "checkpoint-2"),
        lambda text: text.replace('"sequence": 8', '"sequence": "8"'),
        lambda text: text.replace('"region_path"', '"region"'),
        lambda text: text.replace("2026-03-02T09:30:00.000000Z", "2026-03-02T09:30:00"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused(trail: Trail, spoil: Callable[[str], str]) -> None:
    with pytest.raises(CheckpointUnreadable):
        checkpoint_of(spoil(checkpoint_text(trail.checkpoint())))


async def test_checkpoints_are_kept_as_files_and_never_replaced(
    trail: Trail, tmp_path: Path
) -> None:
    kept = FileCheckpoints(tmp_path / "checkpoints")
    assert await kept.latest() is None
    first = trail.checkpoint(county=3)
    later = signed(
        Checkpoint(taken_at=AT + timedelta(minutes=5), heads=trail.checkpoint().checkpoint.heads),
        trail.keys.sign,
    )
    await kept.keep(later)
    name = await kept.keep(first)
    assert await kept.latest() == later
    with pytest.raises(FileExistsError):
        await kept.keep(trail.checkpoint(county=4))
    texts = {str(path): path.read_text("ascii") for path in (tmp_path / "checkpoints").iterdir()}
    assert len(texts) == 2
    assert checkpoint_of(texts[name]) == first


def test_the_command_verifies_texts_and_says_so_in_two_languages(trail: Trail) -> None:
    lines = [header_line(PROVINCE, AT), *(json.dumps(record) for record in trail.records)]

    def said(some: Sequence[str]) -> list[str]:
        return verdict_lines(
            verify_audit(
                some,
                checkpoints=[checkpoint_text(trail.checkpoint())],
                public_key=trail.keys.public_key,
                sm3=sm3,
                signature_holds=signature_holds,
            )
        )

    assert said(lines) == [
        "范围 /32/：2 条链，12 条记录，其中 12 条由检查点证明。",
        "Scope /32/: 2 chains, 12 records, 12 proved by a checkpoint.",
        "未发现篡改。",
        "No tampering found.",
    ]
    assert said(lines[:-1])[2:] == [
        f"发现篡改：{COUNTY}自第8号起的记录被截去：检查点证明其曾经存在。",
        f"TAMPERED: Records of {COUNTY} from 8 on were cut off: a checkpoint proves they existed.",
    ]
