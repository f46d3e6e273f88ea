# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Light at night: only in designs that have one (node.LIGHT_mV), on during the exposure only."""

import time

import table

import node


def begin(wake):
    """Start an exposure. In the dark, and with the charge for it, under the node's own light, which is off
    again when this returns or raises CameraError: then the frame is in the FIFO."""
    camera = wake.camera
    if not wake.dark or 0 < wake.record.mV < node.LIGHT_mV:
        camera.begin()
        return
    price = node.PRICES_mW[table.CAMERA]
    wake.ledger.skip(price)
    wake.rails.on("light")
    try:
        camera.begin()
        while camera.ready() is None:  # bounded by the driver
            time.sleep(0.005)
        wake.exposure = camera.light()
    finally:
        wake.rails.off("light")
        wake.ledger.skip(price + node.LIGHT_mW)
