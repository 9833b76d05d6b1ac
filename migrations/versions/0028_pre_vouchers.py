"""Voucher projects, classes, vouchers, and the sets in which vouchers move (CASES 7).

Refused by constraint name: one_live_voucher (one live voucher for a person and project), voucher_code,
quota_holds, voucher_project_open, capacity_holds, voucher_moves_on (also who moves it), voucher_moved_by_act,
released_by_another, one_validity, group_of_confirmation, frozen_from_known, reserved_in_class, one_issue_at_a_time.

A voucher belongs to its worker, who is an organisation of his own; its partner is the provider of the class
it is reserved for. Quota and places are counted in tables of the owner's: vouchers count as they are inserted,
places are taken through a function, and nobody sees another's row. What moves many at once is one row of
`voucher_sets`, whose id its vouchers keep.

Revision ID: 0028
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
    authority_moves,
    authority_writes,
    case_row,
    drop_tables,
    run,
    run_files,
)
from migrations.voucher_cases import REGION, voucher_classes, voucher_projects

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("voucher_project", "new", "draft", "review", "draft"),
    ("voucher_project", "draft", "approved", "approve", "approve"),
    ("voucher_project", "draft", "refused", "approve", "refuse"),
    ("voucher_project", "draft", "withdrawn", "review", "withdraw"),
    ("voucher_project", "approved", "closed", "approve", "close"),
    ("voucher_class", "new", "planned", "file", "plan"),
    ("voucher_class", "planned", "start_reported", "file", "report_start"),
    ("voucher_class", "planned", "cancelled", "file", "cancel"),
    ("voucher_class", "start_reported", "start_reviewed", "review", "review_start"),
    ("voucher_class", "start_reported", "planned", "review", "return_start"),
    ("voucher_class", "start_reported", "cancelled", "file", "cancel"),
    ("voucher_class", "start_reviewed", "started", "approve", "verify_start"),
    ("voucher_class", "start_reviewed", "start_reported", "approve", "send_back"),
    ("voucher_class", "started", "completion_reported", "file", "report_completion"),
    ("voucher_class", "started", "stopped", "approve", "stop"),
    ("voucher_class", "completion_reported", "completed", "review", "confirm_completion"),
    ("voucher_class", "completion_reported", "started", "review", "return_completion"),
    ("voucher_settlement", "new", "draft", "file", "draft"),
    ("voucher_settlement", "draft", "submitted", "file", "submit"),
    ("voucher_settlement", "draft", "withdrawn", "file", "withdraw"),
    ("voucher_settlement", "submitted", "accepted", "review", "accept"),
    ("voucher_settlement", "submitted", "returned_for_correction", "review", "return"),
    ("voucher_settlement", "submitted", "withdrawn", "file", "withdraw"),
    ("voucher_settlement", "returned_for_correction", "submitted", "file", "submit"),
    ("voucher_settlement", "returned_for_correction", "withdrawn", "file", "withdraw"),
    ("voucher_settlement", "accepted", "reviewed", "review", "review"),
    ("voucher_settlement", "accepted", "refused", "review", "refuse"),
    ("voucher_settlement", "reviewed", "approved", "approve", "approve"),
    ("voucher_settlement", "reviewed", "accepted", "approve", "send_back"),
    ("voucher_settlement", "reviewed", "refused", "approve", "refuse"),
    ("voucher_settlement", "approved", "closed", "system", "close"),
    ("voucher_settlement", "approved", "cancelled", "approve", "cancel_payment"),
    ("voucher_settlement", "closed", "cancelled", "approve", "cancel_payment"),
)

FREEZABLE = ("issued", "collected", "reserved", "in_use", "completed", "redeemed", "approved")
ENDED = ("not_completed", "expired", "returned", "voided")
MOVES = (
    ("issued", "collected"),
    ("issued", "expired"),
    ("collected", "reserved"),
    ("collected", "returned"),
    ("collected", "expired"),
    ("reserved", "collected"),
    ("reserved", "in_use"),
    ("reserved", "expired"),
    ("in_use", "completed"),
    ("in_use", "not_completed"),
    ("in_use", "collected"),
    ("in_use", "expired"),
    ("completed", "redeemed"),
    ("redeemed", "approved"),
    ("redeemed", "refused"),
    ("refused", "redeemed"),
    ("approved", "paid"),
    ("approved", "redeemed"),
    ("paid", "approved"),
    ("paid", "clawed_back"),
    ("clawed_back", "paid"),
    *((state, "frozen") for state in FREEZABLE),
    *(("frozen", state) for state in FREEZABLE),
    *((state, "voided") for state in (*FREEZABLE, "frozen") if state != "approved"),
)
"""The domain's table of vouchers: from one state to another. Equal to it by test."""

LIVE = (*FREEZABLE, "frozen", "refused", "paid", "clawed_back")
"""The domain's states in which a person holds no second voucher. Equal to them by test."""

REGION_OF_NEW = "coalesce(starts_with(new.region_path, scope_region()), false)"


CALLED = (
    "workers_of(bytea[])",
    "vouchers_issued(uuid[])",
)
"""Functions of the owner's rights that the application calls."""
FIRED = ("take_voucher_quota()", "open_voucher_quota()", "give_voucher_quota_back()")
"""Functions of the owner's rights that only triggers call."""


def _words(states: tuple[str, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    run(
        "alter table organisations drop constraint organisations_kind_check",
        "alter table organisations add constraint organisations_kind_check check (kind in"
        " ('enterprise', 'provider', 'evaluation_body', 'organiser', 'bureau', 'finance_department', 'worker'))",
    )
    run_files("workers_of", "voucher_moves_on", "voucher_moved_by_act", "released_by_another")
    voucher_projects()
    voucher_classes()
    _vouchers()
    _issues()
    run_files("vouchers_issued")
    for function in (*CALLED, *FIRED):
        run(f"revoke all on function {function} from public")
    run(*(f"grant execute on function {function} to {APP}" for function in CALLED))


def _vouchers() -> None:
    moves = ", ".join(f"'{old} {new}'" for old, new in MOVES)
    run_files("take_voucher_quota", "give_voucher_quota_back")
    run(
        f"""
        create table voucher_sets ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid,
          event text not null check (event in
            ('issue', 'expire', 'start', 'complete', 'fail', 'class_cancelled', 'class_stopped', 'approve', 'pay')),
          vouchers integer not null check (vouchers > 0),
          digest bytea not null check (length(digest) = 32),
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          primary key (place_id, id),
          constraint voucher_set_of_project foreign key (place_id, project_id)
            references voucher_projects (place_id, id),
          constraint voucher_set_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("voucher_sets"),
        *append_only("voucher_sets"),
        *authority_writes("voucher_sets"),
        "create policy set_by_me on voucher_sets as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        f"""
        create table vouchers ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid not null,
          person_id uuid not null references persons,
          code text not null constraint voucher_code_form check (code ~ '^[0-9A-HJKMNP-TV-Z]{{16}}$'),
          name text not null check (length(name) between 1 and 50),
          identity_sealed bytea not null,
          identity_index bytea not null check (length(identity_index) = 32),
          identity_masked text not null,
          phone_sealed bytea,
          phone_masked text,
          tag text check (tag in ('graduate', 'rural_migrant', 'out_of_poverty', 'unemployed', 'veteran',
                                  'disabled', 'graduation_year_student')),
          tag_confirmed_at timestamptz,
          state text not null check (state in ({_words((*LIVE, *ENDED))})),
          frozen_from text check (frozen_from in ({_words(FREEZABLE)})),
          issued_at timestamptz not null,
          set_ids uuid[] not null,
          collected_at timestamptz,
          valid_until date not null,
          class_id uuid,
          completed_on date,
          redeemed_at timestamptz,
          amount_fen bigint check (amount_fen between 1 and 1000000000),
          version integer not null default 1,
          primary key (place_id, id),
          constraint voucher_identity unique (place_id, id, org_id),
          constraint voucher_code unique (code),
          constraint voucher_of_worker check (org_id = person_id),
          constraint group_of_confirmation check (tag_confirmed_at is null or tag is not null),
          constraint frozen_from_known check ((state = 'frozen') = (frozen_from is not null)),
          constraint reserved_in_class check
            ((class_id is null) = (coalesce(frozen_from, state) in ('issued', 'collected', 'returned'))
             or state in ('expired', 'voided')),
          constraint provider_of_class check ((class_id is null) = (partner_org_id is null)),
          constraint voucher_of_project foreign key (place_id, project_id)
            references voucher_projects (place_id, id),
          constraint voucher_in_class foreign key (place_id, class_id, partner_org_id)
            references voucher_classes (place_id, id, org_id),
          constraint voucher_of_region foreign key (place_id, region_path) references places (id, region_path)
        ) with (fillfactor = 80)
        """,
        *case_row(
            "vouchers",
            grants="select, insert, update (partner_org_id, state, frozen_from, set_ids, collected_at,"
            " tag_confirmed_at, class_id, completed_on, redeemed_at, amount_fen, version)",
        ),
        # A worker collects, reserves, withdraws and gives back; a provider redeems; the rest is the bureau's.
        # A group that a worker states of himself is confirmed by nobody yet.
        "create policy issued_by_authority on vouchers as restrictive for insert with check"
        f" ({REGION} or (org_id = (select scope_org()) and state = 'collected' and class_id is null"
        " and tag_confirmed_at is null))",
        "create unique index one_live_voucher on vouchers (place_id, project_id, person_id)"
        f" where state in ({_words(LIVE)})",
        "create unique index voucher_by_id on vouchers (id)",
        "create index vouchers_of_worker on vouchers (org_id, id)",
        "create index vouchers_of_class on vouchers (class_id, id) where class_id is not null",
        "create index vouchers_at_provider on vouchers (partner_org_id, id) where partner_org_id is not null",
        "create index vouchers_of_project on vouchers (place_id, project_id, id)",
        "create index vouchers_to_expire on vouchers (place_id, valid_until)"
        " where state in ('issued', 'collected', 'reserved', 'in_use')",
        # One trigger for all three rules: each condition costs on every row of a set.
        "create trigger voucher_moves_on before update on vouchers for each row"
        " when (new.state <> old.state and ("
        f" not (old.state || ' ' || new.state = any (array[{moves}]))"
        " or new.version <> old.version + 1"
        " or old.state = 'frozen' and new.state not in (old.frozen_from, 'voided')"
        f" or not ({REGION_OF_NEW} or new.set_ids = old.set_ids and ("
        " new.org_id = scope_org() and new.state in ('collected', 'reserved', 'returned')"
        " or new.partner_org_id = scope_org() and new.state = 'redeemed'))))"
        " execute function voucher_moves_on()",
        "create constraint trigger voucher_moved_by_act after update on vouchers"
        " deferrable initially deferred for each row"
        " when (new.state <> old.state and new.set_ids = old.set_ids"
        " or new.tag_confirmed_at is distinct from old.tag_confirmed_at)"
        " execute function voucher_moved_by_act()",
        # The bureau confirms a group once, while its worker has reserved nothing, and by an act.
        "create trigger voucher_group_stands before update of tag_confirmed_at on vouchers for each row"
        " when (new.tag_confirmed_at is distinct from old.tag_confirmed_at and (old.tag_confirmed_at is not null"
        " or (old.state, new.state) <> ('collected', 'collected') or new.version <> old.version + 1))"
        " execute function voucher_moves_on()",
        "create constraint trigger voucher_added_by_act after insert on vouchers"
        " deferrable initially deferred for each row when (new.set_ids = '{}')"
        " execute function voucher_moved_by_act()",
        "create trigger take_voucher_quota after insert on vouchers referencing new table as added"
        " for each statement execute function take_voucher_quota()",
        # Whose voucher moved in a set sees the set: it names nobody.
        "create policy moved_mine on voucher_sets for select using (exists ("
        "select from vouchers v where v.place_id = voucher_sets.place_id and voucher_sets.id = any (v.set_ids)"
        " and (v.org_id = (select scope_org()) or v.partner_org_id = (select scope_org()))))",
        # What one person does to one voucher. What a set does stands once, in `voucher_sets`.
        f"""
        create table voucher_acts ({SCOPE_COLUMNS}
          voucher_id uuid not null,
          seq integer not null check (seq > 0),
          event text not null check (length(event) between 1 and 50),
          from_state text not null,
          to_state text not null,
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          reason text not null default '' check (length(reason) <= 2000),
          primary key (place_id, voucher_id, seq),
          constraint act_of_voucher foreign key (place_id, voucher_id, org_id)
            references vouchers (place_id, id, org_id),
          constraint act_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("voucher_acts"),
        *append_only("voucher_acts"),
        "create policy acted_by_me on voucher_acts as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        "create trigger released_by_another before insert on voucher_acts for each row"
        " when (new.from_state = 'frozen' and new.to_state <> 'voided')"
        " execute function released_by_another()",
        "create trigger give_voucher_quota_back after insert on voucher_acts for each row"
        " when (new.to_state = 'returned') execute function give_voucher_quota_back()",
    )


def _issues() -> None:
    run(
        # A list of people that is being issued to. The list itself lies sealed in the document store,
        # by its digest, until everybody has a voucher.
        f"""
        create table voucher_issues ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid not null,
          mode text not null check (mode in ('all_or_nothing', 'accept_valid')),
          source_sha256 bytea not null check (length(source_sha256) = 32),
          list_sha256 bytea not null check (length(list_sha256) = 32),
          rows integer not null check (rows > 0),
          people integer not null check (people between 1 and rows),
          issued integer not null default 0,
          person_id uuid not null default scope_person() references persons,
          at timestamptz not null,
          finished_at timestamptz,
          primary key (place_id, id),
          constraint issued_at_most check (issued between 0 and people),
          constraint issued_whole check ((finished_at is null) = (issued < people)),
          constraint issue_of_project foreign key (place_id, project_id, org_id)
            references voucher_projects (place_id, id, org_id),
          constraint issue_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("voucher_issues", grants="select, insert, update (issued, finished_at)"),
        *authority_writes("voucher_issues"),
        *authority_moves("voucher_issues"),
        "create policy ordered_by_me on voucher_issues as restrictive for insert"
        " with check (person_id = (select scope_person()))",
        # Nobody's voucher appears between the check of a list and its last voucher.
        "create unique index one_issue_at_a_time on voucher_issues (place_id, project_id)"
        " where finished_at is null",
        "create index voucher_issues_under_way on voucher_issues (list_sha256) where finished_at is null",
    )


def downgrade() -> None:
    drop_tables(
        (
            "voucher_issues",
            "voucher_acts",
            "voucher_sets",
            "vouchers",
            "voucher_class_places",
            "voucher_class_offers",
            "voucher_classes",
            "voucher_quotas",
            "voucher_offers",
            "voucher_project_providers",
            "voucher_standards",
            "voucher_projects",
        )
    )
    run(
        *(f"drop function {function}" for function in (*CALLED, *FIRED)),
        "drop function voucher_moves_on()",
        "drop function voucher_moved_by_act()",
        "drop function released_by_another()",
        "alter table organisations drop constraint organisations_kind_check",
        "alter table organisations add constraint organisations_kind_check check (kind in"
        " ('enterprise', 'provider', 'evaluation_body', 'organiser', 'bureau', 'finance_department'))",
        "delete from step_rules where case_kind like 'voucher%'",
    )
