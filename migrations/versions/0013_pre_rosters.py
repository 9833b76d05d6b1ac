"""A draft's roster can be replaced by a next version; who is enrolled elsewhere is named.

Revision ID: 0013
"""

from migrations.support import APP, run, run_files

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STANDS = (
    "create trigger enrolment_facts_stand before update on enrolments for each row"
    " when ({when}) execute function enrolment_facts_stand()"
)
_CHANGED = "new is distinct from old"
_STAYS_PLANNED = "old.state = 'planned' and new.state = 'planned'"


def upgrade() -> None:
    run_files("roster_superseded", "enrolled_anywhere")
    run(
        "drop trigger enrolment_facts_stand on enrolments",
        _STANDS.format(when=f"{_CHANGED} and not ({_STAYS_PLANNED})"),
        "create trigger roster_superseded before update on enrolments for each row"
        f" when ({_CHANGED} and {_STAYS_PLANNED}) execute function roster_superseded()",
        "revoke all on function enrolled_anywhere(uuid[]) from public",
        f"grant execute on function enrolled_anywhere(uuid[]) to {APP}",
    )


def downgrade() -> None:
    run(
        "drop trigger roster_superseded on enrolments",
        "drop trigger enrolment_facts_stand on enrolments",
        _STANDS.format(when=_CHANGED),
        "drop function enrolled_anywhere(uuid[])",
        "drop function roster_superseded()",
    )
