"""Certificates shown by a copy, whose number two people read, and certificates that have no number.

A declared certificate may have no number: then no register is asked, and what it is used for once is the
number that two people read from the copy. Where it has none, the key is the person, the type and the day of
issue: a paper without a number is told from the holder's others by what it is and by its date, and the
issuer is left out because it may be declared or not.

Downgrading is refused by PostgreSQL once a certificate without a number is on file.

Refused by constraint name: number_as_written, read_by_two, one_use_per_certificate,
one_use_per_unnumbered_certificate, used_by_number_or_holder; and in place of row security (42501):
certificate_declared.

Revision ID: 0022
"""

from migrations.support import APP, run, run_files

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

USED = "used_unnumbered(uuid, uuid[], text)"
USES = "number, benefit_class, issuer_code, category"


def upgrade() -> None:
    run(
        "alter table declared_certificates alter column number drop not null,"
        " alter column number_raw drop not null",
        "alter table declared_certificates add constraint number_as_written"
        " check ((number is null) = (number_raw is null))",
        # What was found about a declaration before is looked for among those of the same person.
        "create index declared_certificates_of_person"
        " on declared_certificates (place_id, enrolment_id, id)",
        "alter table manual_findings add column number text check (length(number) between 1 and 60)",
        "alter table manual_sightings add column number_raw text"
        " check (length(number_raw) between 1 and 60)",
        "alter table certificate_uses drop constraint one_use_per_certificate",
        "alter table certificate_uses alter column number drop not null,"
        " add column holder_id uuid references persons, add column certificate_type text,"
        " add column issued_on date",
        "alter table certificate_uses add constraint used_by_number_or_holder check"
        " (num_nonnulls(holder_id, certificate_type, issued_on)"
        " = case when number is null then 3 else 0 end)",
        f"create unique index one_use_per_certificate on certificate_uses ({USES})"
        " nulls not distinct where number is not null",
        "create unique index one_use_per_unnumbered_certificate on certificate_uses"
        " (holder_id, certificate_type, issued_on, benefit_class) where number is null",
    )
    run_files("use_certificates_3", "used_unnumbered")
    run(
        f"revoke all on function {USED} from public",
        f"grant execute on function {USED} to {APP}",
    )


def downgrade() -> None:
    run(f"drop function {USED}")
    run_files("use_certificates_2")
    run(
        "drop index one_use_per_unnumbered_certificate",
        "drop index one_use_per_certificate",
        "alter table certificate_uses drop column holder_id, drop column certificate_type,"
        " drop column issued_on, alter column number set not null",
        "alter table certificate_uses add constraint one_use_per_certificate"
        f" unique nulls not distinct ({USES})",
        "alter table manual_sightings drop column number_raw",
        "alter table manual_findings drop column number",
        "drop index declared_certificates_of_person",
        "alter table declared_certificates drop constraint number_as_written",
        "alter table declared_certificates alter column number set not null,"
        " alter column number_raw set not null",
    )
