"""`python -m station` is the `torpor` command."""

from __future__ import annotations

import sys

from station.cli import main

sys.exit(main())
