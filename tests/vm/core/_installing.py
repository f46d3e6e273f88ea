# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""What only install mode asks of the board: imported for a new node alone, so no other pays for its names."""

import sys

import _far
import supervisor
from _bridge import call
from _far import asked


class _Runtime:
    def __getattr__(self, name):
        return asked(call("far", "runtime", name))


class _Network:
    def __init__(self, line):
        dBm, _, self.ssid = line.partition(" ")
        self.rssi = int(dBm)


def _scan(radio):
    return [_Network(line) for line in asked(call("far", "scan")).split("\n") if line]


_listen = _far.listen


def _also():
    """The radio is only there once wifi is imported."""
    _listen()
    wifi = sys.modules.get("wifi")
    if hasattr(wifi, "radio"):
        wifi._Radio.start_scanning_networks = _scan
        wifi._Radio.stop_scanning_networks = lambda radio: None


_far.listen = _also
supervisor.runtime = _Runtime()
supervisor.set_next_code_file = lambda path: asked(call("supervisor", "set_next_code_file", path))
supervisor.reload = lambda: asked(call("supervisor", "reload"))
