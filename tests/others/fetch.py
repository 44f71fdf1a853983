"""Fetches what tests/others/package-lock.json names, each file checked against its hash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from coordination.web.assets import AssetsError, npm

HERE = Path(__file__).parent


def main() -> int:
    """0 when it is there, 1 when it can't be fetched: a few tests are left out then."""
    try:
        command = [*npm(), "ci", "--no-progress", "--loglevel=error"]
        subprocess.run(command, cwd=HERE, check=True)
    except (AssetsError, OSError, subprocess.CalledProcessError) as error:
        print(f"software of others for the tests: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
