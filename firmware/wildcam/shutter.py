# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""CAMERA: power up, let the exposure settle, open the shutter. Everything else may wait until then;
what CAPTURE needs is imported while the sensor settles."""

import time

import board
import busio
import digitalio
from arducam import ArduCam, CameraError
from waking import decide

import node
from torpor import clock, machine, policy, reasons


def power_up(wake):
    """From rail on to the start of the exposure. A camera that does not answer waits for the next wake."""
    record = wake.record
    try:
        wake.rails.on("camera", lambda: release(wake))
        _open(wake)
        wake.camera.start(node.WIDTH, node.HEIGHT)
        _settle()
        luma = wake.camera.light()[2]
        wake.journal.event(reasons.LIGHT, luma)
        wake.dark = luma < wake.settings["dark_luma"]
        if not decide(wake, policy.KEEP, wake.dark):
            wake.rails.off("camera")
            return machine.SKIP
        wake.camera.begin()
    except (CameraError, OSError, RuntimeError, ValueError) as error:
        wake.camera_failed(reasons.CAMERA_FAILED, min(record.camera_fails + 1, 255))
        print("camera:", error)
        wake.rails.off("camera")
        return machine.FAIL
    record.dark = min(record.dark + 1, 255) if wake.dark else 0
    return machine.OK


def _settle():
    """The first frames after a start are dark or green. Compiling what comes next fills the wait (not
    asyncio: that takes longer than the wait)."""
    began = clock.now()
    for module in ("adafruit_ticks", "jpeg", "torpor.spool"):
        __import__(module)
    time.sleep(max(0, node.SETTLE_ms - clock.since(began)) / 1000)


def _open(wake):
    wake.buses = []
    spi = busio.SPI(
        getattr(board, node.CAMERA_SCK), getattr(board, node.CAMERA_MOSI), getattr(board, node.CAMERA_MISO)
    )
    wake.buses.append(spi)
    cs = digitalio.DigitalInOut(getattr(board, node.CAMERA_CS))
    wake.buses.append(cs)
    cs.switch_to_output(value=True)
    i2c = busio.I2C(getattr(board, node.CAMERA_SCL), getattr(board, node.CAMERA_SDA), frequency=node.I2C_Hz)
    wake.buses.append(i2c)
    wake.camera = ArduCam(spi, cs, i2c, __import__(node.SENSOR), node.SPI_Hz)


def release(wake):
    """Let go of every line, so that the unpowered module is not fed through its inputs."""
    camera = wake.camera
    wake.camera = None
    try:
        if camera:
            camera.deinit()
    finally:
        for part in wake.buses:
            part.deinit()
        wake.buses = []
