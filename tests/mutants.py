"""`python -m tests.mutants`: mutate what decides about money, and count what the unit tests miss.

What is mutated, and which tests must notice, stands in `pyproject.toml` under `tool.mutmut`. Prints
every survivor with its change, and ends with 1 below the share that must die.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

MUST_DIE_PERCENT: Final = 90
FOLDER: Final = Path("mutants")


def _mutmut(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> int:
    """Run every mutant afresh; 1 when too many live."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    _mutmut("run")
    _mutmut("export-cicd-stats")
    counted = json.loads(FOLDER.joinpath("mutmut-cicd-stats.json").read_text("utf-8"))
    survivors = [
        line.partition(":")[0].strip() for line in _mutmut("results").splitlines() if ":" in line
    ]
    for name in survivors:
        print(name)
        changed = _mutmut("show", name).splitlines()
        print(
            "\n".join(
                f"  {line}"
                for line in changed
                if line[:1] in "+-" and line[:3] not in ("+++", "---")
            )
        )
    # A mutant that hangs was noticed; one that no test touches was not.
    died = counted["killed"] + counted["timeout"]
    passed = died * 100 >= MUST_DIE_PERCENT * counted["total"]
    verdict = "PASS" if passed else "FAIL"
    print(
        f"{died} of {counted['total']} mutants died"
        f" ({died * 100 / counted['total']:.1f} %, at least {MUST_DIE_PERCENT} %): {verdict}"
    )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
