"""`python -m station` is the `torpor` command."""

from __future__ import annotations

import sys


def main() -> int:
    """The command line; Ctrl-C while it is still being loaded is no traceback either."""
    try:
        from station import cli

        return cli.main()
    except KeyboardInterrupt:
        print("torpor: Interrupted.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
