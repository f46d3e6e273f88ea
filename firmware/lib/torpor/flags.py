"""Bits of the record's flags, beside those that the shutter asks (torpor.record)."""

from micropython import const

LOCKED = const(1)  # low-voltage lock-out
FULL = const(2)  # the last picture found no room
DUE = const(4)  # home must hear from the node
NIGHT = const(16)  # the next motion may keep a dark picture
BOTH = const(32)  # a timer was armed beside the pin
