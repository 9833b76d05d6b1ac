"""What the program is wired to: every port the edge and the worker reach the outside through."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.ports.audit import Checkpoints, OpenAuditChain
from domain.ports.crypto import CheckpointKeys, Crypto
from domain.ports.document_store import DocumentStore
from domain.ports.identity import Passwords, Sessions
from domain.ports.ids import NewId
from domain.ports.jobs import Doorbell, Leases, Schedules
from domain.ports.messages import Messages
from domain.ports.papers import Papers
from domain.ports.policies import PolicyPacks
from domain.ports.qr_codes import QrCodes
from domain.ports.real_names import RealNames
from domain.ports.sheets import Sheets
from domain.ports.tables import Tables
from domain.ports.training_register import TrainingRegister
from domain.ports.work import BeginWork

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]
"""Asks every part the program cannot answer without, by name, whether it answers. Never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Made by the wiring. `cursor_secret` is the installation's, the same in every process.

    `chunk_rows` is how many rows a chunk of a large job takes.
    """

    begin_work: BeginWork
    sessions: Sessions
    doorbell: Doorbell
    new_id: NewId
    readiness: Readiness
    cursor_secret: bytes
    policies: PolicyPacks
    papers: Papers
    tables: Tables
    documents: DocumentStore
    sheets: Sheets
    qr_codes: QrCodes
    chunk_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPorts:
    """What the worker reaches besides: leases and schedules, and the sealer's keys and chains."""

    begin_work: BeginWork
    doorbell: Doorbell
    leases: Leases
    schedules: Schedules
    open_audit_chain: OpenAuditChain
    checkpoints: Checkpoints
    checkpoint_keys: CheckpointKeys
    crypto: Crypto
    messages: Messages
    documents: DocumentStore
    real_names: RealNames
    training_register: TrainingRegister
    chunk_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPorts:
    """What setting up an installation reaches: people with passwords, and the packs."""

    begin_work: BeginWork
    crypto: Crypto
    passwords: Passwords
    policies: PolicyPacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """The embedded servers, started: addresses, and how to stop them. `notices` go to the operator;
    `stop_redis` is None where there is none."""

    database_url: str
    migration_database_url: str
    admin_url: str
    redis_url: str | None
    notices: Sequence[str]
    close: Callable[[], None]
    stop_redis: Callable[[], None] | None
