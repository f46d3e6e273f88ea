"""The board itself: version, memory, room on its drive, why it started, and whose the drive is."""

import gc
import os
import sys

import board
import microcontroller
import storage
import supervisor

import node


def run(tell):
    gc.collect()
    space = os.statvfs("/")
    runtime = supervisor.runtime
    tell.say(
        "board.is",
        id=board.board_id,
        version=list(sys.implementation.version[:3]),
        heap=gc.mem_free(),
        total=space[0] * space[2],
        free=space[0] * space[3],
        reset=str(microcontroller.cpu.reset_reason).split(".")[-1],
        safe=str(runtime.safe_mode_reason).split(".")[-1],
        usb=bool(runtime.usb_connected),
        ours=not storage.getmount("/").readonly,
        bench=bool(node.BENCH),
        temperature=_temperature(),
    )


def _temperature():
    """C, None where the chip does not know."""
    found = microcontroller.cpu.temperature
    return round(found) if found is not None and found == found else None
