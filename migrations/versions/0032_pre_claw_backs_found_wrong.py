"""What a claw-back took from a person's record of subsidies counts again when a review finds it wrong.

Refused in its place (42501): subsidised_in_region.

Revision ID: 0032
"""

from migrations.support import APP, run, run_files

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

FUNCTION = "restore_subsidies(uuid, uuid[])"


def upgrade() -> None:
    run_files("restore_subsidies")
    run(
        f"revoke all on function {FUNCTION} from public",
        f"grant execute on function {FUNCTION} to {APP}",
    )


def downgrade() -> None:
    run(f"drop function {FUNCTION}")
