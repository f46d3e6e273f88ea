"""The wildlife camera's whole graph. Where ROWS is silent, critical goes to RECOVER, all else to SETTLE,
SETTLE and RECOVER to SLEEP."""

from torpor.machine import CRITICAL, DUE, FAIL, LOW, OK, SKIP

BOOT, TRIAGE, CAMERA, CAPTURE, STORE, CONNECT, UPLOAD, SETTLE, SLEEP, RECOVER = range(10)
NAMES = "BOOT TRIAGE CAMERA CAPTURE STORE CONNECT UPLOAD SETTLE SLEEP RECOVER".split()
START = BOOT

ROWS = (
    # state, outcome, next
    (BOOT, OK, TRIAGE),
    (BOOT, FAIL, SLEEP),  # no settings to work with
    (TRIAGE, OK, CAMERA),
    (TRIAGE, SKIP, SLEEP),  # quiet, or a PIR not believed
    (TRIAGE, LOW, SLEEP),  # locked out
    (TRIAGE, CRITICAL, RECOVER),
    (TRIAGE, DUE, CONNECT),  # time to speak
    (CAMERA, OK, CAPTURE),  # the frame runs into the FIFO by now
    (CAMERA, SKIP, SETTLE),  # too dark, again
    (CAPTURE, OK, STORE),
    (STORE, OK, CONNECT),
    (CONNECT, OK, UPLOAD),
    (CONNECT, CRITICAL, RECOVER),
    (SETTLE, OK, SLEEP),
    (SETTLE, CRITICAL, RECOVER),
)

STEPS = (
    # state, module, step, ceilings: ms, mJ
    (BOOT, "waking", "boot", 4000, 2000),
    (TRIAGE, "waking", "triage", 4000, 2000),
    (CAMERA, "shutter", "power_up", 5000, 3000),
    (CAPTURE, "picture", "capture", 8000, 6000),
    (STORE, "storing", "store", 8000, 6000),
    (CONNECT, "burst", "connect", 16000, 12000),
    (UPLOAD, "burst", "send", 60000, 40000),
    (SETTLE, "resting", "settle", 8000, 4000),
    (SLEEP, "resting", "sleep_now", 4000, 2000),
    (RECOVER, "resting", "recover", 4000, 2000),
)
