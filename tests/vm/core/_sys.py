# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""What `import sys` gives: the virtual machine's, but it says that it is the board's interpreter."""

from collections import namedtuple
from sys import exit, modules, path, print_exception  # noqa: F401

implementation = namedtuple("implementation", ("name", "version"))("circuitpython", (10, 2, 1))
platform = "RP2040"
