"""Does somebody hang the node up? Asked at a cold boot (docs/installing.md). Install mode is a program of its
own, install.py, in a heap of its own; it ends in a reset."""

import os

import microcontroller
import storage
import supervisor

import node
from torpor import marks

DESK = 1039  # docs/memory.md: zero once install mode has begun beside a computer


def main(wake):
    """Go there after power-on; after any other reset it has been already."""
    if microcontroller.cpu.reset_reason is not microcontroller.ResetReason.POWER_ON:
        return
    if _lived() and not called():
        return
    if node.LATCH:
        # between the two programs only the PIR holds the supply: without it this would come again and again
        if not wake.pir.value:
            return
        marks.add(marks.INSTALLS, marks.INSTALLS_END)
    supervisor.set_next_code_file("/install.py")
    supervisor.reload()


def called():
    """By the button: the bench pin, held at power-on."""
    return node.BENCH and storage.getmount("/").readonly


def _lived():
    """Whether pictures were kept and no install mode is counted: a cut has emptied nvm, or this node is older
    than install mode. Nobody hangs it up."""
    if marks.count(marks.INSTALLS, marks.INSTALLS_END) or not microcontroller.nvm[DESK]:
        return False
    try:
        os.listdir("/spool")
    except OSError:
        return False
    return True
