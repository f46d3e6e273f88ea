"""The record of a node whose sleep memory dies with its supply: appended to erased nvm, slot after slot.

The region begins at rows.JOURNAL_END: a byte per slot that stays erased until a wake begins with it, then
the slots. So the last wake was finished exactly if the newest whole slot's byte is still erased.
docs/memory.md is the map; tests hold it.
"""

from rows import JOURNAL_END as START
from torpor.record import SLOT, Record

SLOTS = 8
FIRST = START + 16  # a byte for each slot, the rest is free
END = FIRST + SLOTS * SLOT


class NvmRecord(Record):
    """As Record, in nvm. `asleep`: the wake that saved it was finished, and none has begun since."""

    asleep = False

    def load(self, memory):
        """Take the last whole slot and mark that a wake has begun with it; without one, start a new life."""
        for slot in range(SLOTS - 1, -1, -1):
            raw = _slot(memory, slot)
            if _erased(raw):
                continue
            Record.load(self, raw + raw)
            if self.valid:
                self.asleep = memory[START + slot] == 0xFF
                if self.asleep:
                    memory[START + slot] = 0
                return
        Record.load(self, bytes(2 * SLOT))

    def full(self, nvm):
        """Would the next save have to rewrite the sector?"""
        return _free(nvm) == SLOTS

    def save(self, memory, may_rewrite=None):
        """Write the next slot, in one assignment; behind the last one comes the first, in one rewrite of the
        sector. False if that may not be: then the slots stay as they are."""
        from torpor.falling import packed

        raw = packed(self)
        slot = _free(memory)
        if slot < SLOTS:
            at = FIRST + slot * SLOT
            memory[at : at + SLOT] = raw
        elif may_rewrite and may_rewrite():
            memory[START:END] = b"\xff" * (FIRST - START) + bytes(raw) + b"\xff" * (END - FIRST - SLOT)
        else:
            return False
        return True


def _slot(nvm, slot):
    return bytes(nvm[FIRST + slot * SLOT : FIRST + (slot + 1) * SLOT])


def _erased(raw):
    return raw.count(b"\xff") == len(raw)


def _free(nvm):
    """The first slot behind everything that was ever written, torn or whole."""
    slot = SLOTS
    while slot and _erased(_slot(nvm, slot - 1)) and nvm[START + slot - 1] == 0xFF:
        slot -= 1
    return slot
