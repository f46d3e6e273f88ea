# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""board: a pin is its name."""


def __getattr__(name):
    if name[:2] == "GP" or name == "LED":
        return name
    raise AttributeError(name)
