# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Gives the drive to the node, so that pictures can wait on it; holding the bench pin low leaves it
to the computer. Runs at every wake: it must stay this short, and print nothing."""

import board
import digitalio
import storage

import node

bench = digitalio.DigitalInOut(getattr(board, node.BENCH))
bench.switch_to_input(pull=digitalio.Pull.UP)
if bench.value:
    storage.remount("/", readonly=False)
bench.deinit()
