"""Walls behind the use cases: who may not see money, what stands once it is signed, whose once-ever rows.

A partner's arm (a training provider, an organiser) sees and adds class records, never an enterprise's
money or evidence, and signs nothing in its name. What a signed step says beside its signature is written
with it and by nobody later. Functions of the owner's rights act on rows in the caller's reach alone.

Refused by constraint name: filed_as_draft, filed_under, noticed_once, taken_down_as_signed, answered_once,
decided_stands, recovery_facts_stand, payment_moves_on, paid_again_as_confirmed, attempt_moves_on,
released_unpaid, planned_as_requested, published_as_planned, posted_when_signed; and by row security or in
its place (42501): no_partner, owner_or_authority, enrolled_as_planned, seats_of_filing, receipt_on_record,
certificate_declared, entitled_in_region.

Revision ID: 0020
"""

from migrations.support import SQL, run, run_files

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

REGION = "starts_with(region_path, (select scope_region()))"
OWN = f"org_id = (select scope_org()) or {REGION}"
SHARED_KINDS = "in ('filing', 'joint_class')"

MONEY_AND_EVIDENCE = (
    "prepayments", "prepayment_lines", "settlements", "settlement_lines", "declared_certificates",
    "findings", "eligibility", "entitlements", "manual_findings", "manual_sightings",
    "honest_mistakes", "verification_requests", "review_requests", "holds", "recoveries",
    "funding_request_lines", "payments", "payment_attempts", "payment_corrections",
    "batch_exclusions", "bank_lines", "commitments", "ledger_accounts", "ledger_balances",
    "postings", "official_documents", "document_services", "correction_notices", "documents",
    "document_contents", "superseded_plans", "objections",
)  # fmt: skip
"""What no partner sees: an enterprise's money, evidence, documents, and what is decided about them."""

KINDS = {"cases": "kind", "case_duties": "case_kind", "case_steps": "case_kind"}
"""Of cases, their duties and steps, a partner sees those of the class it shares."""

SIGNED_BY_OWNER = (
    "case_duties", "case_steps", "filings", "roster_versions", "enrolments", "class_plans",
)  # fmt: skip
CHANGED_BY_OWNER = ("filings", "enrolments")

TRIGGERS = {
    "filed_as_draft": "before insert or update of submitted_at on filings for each row",
    "noticed_once": "before update on notices for each row",
    "taken_down_as_signed": "before update on published_notices for each row",
    "answered_once": "before update on objections for each row",
    "recovery_facts_stand": "before update on recoveries for each row",
    "paid_again_as_confirmed": "before update of state, new_account_id on payments for each row",
    "attempt_moves_on": "before update of state on payment_attempts for each row"
    " when (new.state <> old.state and (old.state, new.state) not in ("
    "('batched', 'submitted'), ('batched', 'cancelled'), ('submitted', 'paid'),"
    " ('submitted', 'rejected'), ('submitted', 'unknown'), ('submitted', 'returned'),"
    " ('unknown', 'paid'), ('unknown', 'rejected'), ('unknown', 'returned'), ('paid', 'returned')))",
    "released_unpaid": "before update on funding_request_lines for each row",
    "planned_as_requested": "after insert on payments referencing new table as added for each statement",
    "published_as_planned": "before insert on joint_class_plans for each row",
}
"""Trigger and function of one name: when it fires."""

DECIDED = {
    "prepayments": ("id", "approved", "ordered", "paid", "refused", "cancelled"),
    "settlements": ("id", "approved", "closed", "refused", "withdrawn"),
    "settlement_lines": ("settlement_id", "approved", "closed", "refused", "withdrawn"),
}
FIGURES = {
    "prepayments": "amount_fen, facts",
    "settlements": "entitled_fen, history_fen, balance_fen, recovery_fen, ahead_fen, facts",
    "settlement_lines": "disposition, amount_fen, facts",
}

REPLACED = ("take_joint_class_seats_2", "use_receipts_2", "use_certificates_2", "take_entitlements_2",
            "postings_cite_their_cause_2")  # fmt: skip
"""Functions replaced by a second file of theirs; their grants stay."""

DROPPED_CAUSES = (
    ("forward_committed", "filing", "*"),
    ("person_added", "filing", "*"),
    ("extension_paid", "filing", "*"),
    ("wrong_party_recommitted", "recovery", "*"),
    ("person_removed", "filing", "*"),
    ("not_needed", "filing", "*"),
    ("filing_closed", "filing", "*"),
    ("filing_terminated", "filing", "*"),
    ("filing_lapsed", "filing", "*"),
    ("prepayment_unearned", "recovery", "*"),
    ("earned_reduced", "recovery", "*"),
    ("earned_later", "recovery", "*"),
    ("netted_balance", "recovery", "*"),
    ("netted_prepayment", "recovery", "*"),
    ("netted_recovery", "recovery", "*"),
    ("netted_recovery_earlier_book", "recovery", "*"),
    ("written_off", "settlement", "approved"),
    ("written_off", "recovery", "*"),
    ("wrong_party_prepayment", "recovery", "*"),
    ("wrong_party_expense", "recovery", "*"),
)
ADDED_CAUSES = (
    ("forward_committed", "filing", "listed"),
    ("wrong_party_recommitted", "recovery", "ordered"),
    ("filing_terminated", "filing", "terminated"),
    ("filing_lapsed", "filing", "listed"),
    ("prepayment_unearned", "recovery", "ordered"),
    ("earned_reduced", "recovery", "ordered"),
    ("earned_later", "recovery", "cancelled"),
    ("netted_balance", "recovery", "ordered"),
    ("netted_prepayment", "recovery", "ordered"),
    ("netted_recovery", "recovery", "ordered"),
    ("netted_recovery_earlier_book", "recovery", "ordered"),
    ("written_off", "recovery", "written_off"),
    ("wrong_party_prepayment", "recovery", "ordered"),
    ("wrong_party_expense", "recovery", "ordered"),
)


def upgrade() -> None:
    for table in MONEY_AND_EVIDENCE:
        run(f"create policy no_partner on {table} as restrictive using ({OWN}) with check ({OWN})")
    for table, column in KINDS.items():
        run(
            f"create policy no_partner on {table} as restrictive for select"
            f" using ({column} {SHARED_KINDS} or {OWN})"
        )
    for table in SIGNED_BY_OWNER:
        run(
            f"create policy owner_or_authority on {table} as restrictive for insert with check ({OWN})"
        )
    for table in CHANGED_BY_OWNER:
        run(
            f"create policy changed_by_owner on {table} as restrictive for update"
            f" using ({OWN}) with check ({OWN})"
        )
    run(
        "create policy enrolled_as_planned on enrolments as restrictive for insert with check"
        f" ({REGION} or (state in ('planned', 'enrolled')"
        " and num_nonnulls(started_on, ended_on, exit_reason) = 0))"
    )
    run_files("signed_just_now", "decided_stands", *TRIGGERS)
    for name, when in TRIGGERS.items():
        run(f"create trigger {name} {when} execute function {name}()")
    for table, words in DECIDED.items():
        arguments = ", ".join(f"'{word}'" for word in words)
        run(
            f"create trigger decided_stands before update of {FIGURES[table]} on {table} for each row"
            f" execute function decided_stands({arguments})"
        )
    run_files(*REPLACED)
    _causes(DROPPED_CAUSES, ADDED_CAUSES)


def _causes(
    dropped: tuple[tuple[str, str, str], ...], added: tuple[tuple[str, str, str], ...]
) -> None:
    for event, kind, _ in dropped:
        run(f"delete from posting_causes where event = '{event}' and case_kind = '{kind}'")
    for event, kind, state in added:
        run(
            "insert into posting_causes (event, case_kind, to_state)"
            f" values ('{event}', '{kind}', '{state}')"
        )


def downgrade() -> None:
    _causes(ADDED_CAUSES, DROPPED_CAUSES)
    for name in REPLACED:
        before = SQL.joinpath(f"{name.removesuffix('_2')}.sql").read_text("utf-8")
        run(before.replace("create function", "create or replace function", 1))
    for table in DECIDED:
        run(f"drop trigger decided_stands on {table}")
    for name, when in TRIGGERS.items():
        table = when.split(" on ", 1)[1].split(" ", 1)[0]
        run(f"drop trigger {name} on {table}", f"drop function {name}()")
    run("drop function decided_stands()", "drop function signed_just_now(uuid, uuid)")
    run("drop policy enrolled_as_planned on enrolments")
    for table in CHANGED_BY_OWNER:
        run(f"drop policy changed_by_owner on {table}")
    for table in SIGNED_BY_OWNER:
        run(f"drop policy owner_or_authority on {table}")
    for table in (*MONEY_AND_EVIDENCE, *KINDS):
        run(f"drop policy no_partner on {table}")
