"""Fetch feeds and put new articles into an archive; for cron, every ten minutes or so.

    python ingest_feeds.py ~/news https://herald.example/rss https://gazette.example/atom.xml

A feed that cannot be fetched or read never stops the others. The exit code is 0 if every feed was taken, 1 if
one could not be fetched, else the highest exit code of `news index`.
"""

import subprocess
import sys
from urllib.error import URLError
from urllib.request import urlopen


def main(archive: str, *addresses: str) -> int:
    codes = [0]
    for address in addresses:
        try:
            with urlopen(address, timeout=30) as response:
                feed = response.read()
        except (URLError, TimeoutError) as error:
            print(f"{address}: {error}", file=sys.stderr)
            codes.append(1)
            continue
        print(f"{address}:", flush=True)
        # Another run may still be writing: wait a minute for it.
        command = [sys.executable, "-m", "search", "index", "-", "--archive", archive, "--wait", "60"]
        codes.append(subprocess.run(command, input=feed, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
