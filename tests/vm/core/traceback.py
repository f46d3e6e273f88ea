# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""traceback: what asyncio takes from it."""

import sys


def print_exception(error, value=None, raw=None):
    sys.print_exception(value or error)
