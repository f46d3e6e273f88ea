# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""watchdog: its modes."""


class WatchDogMode:
    RAISE = "RAISE"
    RESET = "RESET"
