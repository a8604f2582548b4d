"""Back an archive up into a folder named for the day, and keep the last seven; for cron, once a night.

    python nightly_backup.py ~/news /backups/news

`news backup` copies one moment, also while something is being indexed, and checks the copy. Old backups are
removed only after the new one has succeeded.
"""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

KEPT = 7


def main(archive: str, folder: str) -> int:
    target = Path(folder) / date.today().isoformat()
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "search", "backup", str(target), "--archive", archive]
    code = subprocess.run(command, check=False).returncode
    if code == 0:
        for old in sorted(target.parent.glob("????-??-??"))[:-KEPT]:
            shutil.rmtree(old)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
