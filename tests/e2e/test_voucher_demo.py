"""The road of vouchers as `xuetu demo-vouchers` walks it, on a stack of its own (CASES 7)."""

from pathlib import Path

from tests.e2e.test_road import xuetu


def test_the_demo_goes_from_a_voucher_project_to_a_paid_settlement(tmp_path: Path) -> None:
    done = xuetu("demo-vouchers", environment={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    for told in (
        "citizen_id_malformed /rows/13/citizen_id",
        "voucher_frozen",
        "attendance_too_low /outcomes/3/outcome",
        "voucher_redeemed_already",
        "one line is refused, payable 2 000.00 元",
        "expired 8 vouchers",
        "发放 issued          13    12",
    ):
        assert told in done.stdout
    last = done.stdout.strip().splitlines()[-1]
    assert "13 vouchers, 2 paid, 2 000.00 元, trial balance 0" in last
    assert list(tmp_path.iterdir()) == []
