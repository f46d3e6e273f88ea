"""Light at night: only in designs that have one, on during the exposure only."""

import time

import table

import rows
from torpor import clock


def may(wake):
    """Whether there is the charge for it."""
    return not 0 < wake.record.mV < rows.LIGHT_mV


def begin(wake):
    """An exposure under the node's own light, which is off again when this returns or raises CameraError:
    then the frame is there."""
    frame = wake.frame
    wake.books()
    price = wake.ledger.price(rows.PRICES_mW[table.CAMERA])
    wake.ledger.skip(price)
    clock.wait(wake.rails.on("light"))
    try:
        frame.begin()
        while frame.ready() is None:  # bounded by the driver
            time.sleep(0.005)
        wake.exposure = frame.light()
    finally:
        wake.rails.off("light")
        wake.ledger.skip(price + rows.LIGHT_mW)
