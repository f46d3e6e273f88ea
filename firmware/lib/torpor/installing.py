"""Does somebody hang the node up? Asked at a cold boot (docs/installing.md). Install mode is a program of its
own, install.py, in a heap of its own; it ends in a reset."""

import microcontroller
import supervisor

# docs/memory.md: a zero byte for each install mode that was begun; with TRIES of them the node is installed
BEGUN, BEGUN_END = 1024, 1040
TRIES = 3


def main():
    """Go there after power-on; after any other reset it has been already."""
    if microcontroller.cpu.reset_reason is microcontroller.ResetReason.POWER_ON:
        supervisor.set_next_code_file("/install.py")
        supervisor.reload()
