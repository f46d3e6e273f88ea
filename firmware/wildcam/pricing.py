"""What the actions of this wake have cost: learned before it sleeps."""

from table import BOOT, CAMERA, CAPTURE, CONNECT, RECOVER, SETTLE, STORE, TRIAGE, UPLOAD

from torpor import costs
from torpor.record import SMALL


def learn(wake, floor_mJ):
    """`floor_mJ`: what the core's busy wait will still take."""
    record, spent = wake.record, wake.ledger.spent
    if wake.key:
        small = costs.SMALL if record.flags & SMALL else costs.PICTURE
        costs.saw(record, small, spent[CAMERA] + spent[CAPTURE] + spent[STORE])
    elif not wake.radio:
        costs.saw(record, costs.WAKE, spent[BOOT] + spent[TRIAGE] + spent[SETTLE] + spent[RECOVER] + floor_mJ)
    if wake.sent_B:
        costs.saw(record, costs.JOIN, spent[CONNECT])
        costs.saw(record, costs.KIB, 10240 * spent[UPLOAD] // wake.sent_B)
