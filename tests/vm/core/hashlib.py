# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""hashlib as CircuitPython has it: new(), no sha256()."""

import uhashlib


def new(name, data=b""):
    if name != "sha256":
        raise ValueError("Unsupported hash algorithm")
    return uhashlib.sha256(data)
