"""``python -m coordination`` is the command ``naober``."""

import sys

from coordination.cli import main

if __name__ == "__main__":
    sys.exit(main())
