"""The SD card, where pictures may wait: mounted as the node mounts it, one file written and read back."""

import os

import node
from torpor import clock
from torpor.rails import Rails

PATH = "/sd/doctor.txt"
TEXT = b"torpor" * 400


def run(tell):
    if "sd" not in node.RAILS:
        return
    from torpor import card

    began = clock.now()
    with Rails(node.RAILS) as rails:
        clock.wait(rails.on("sd", card.release))
        try:
            card._mount()
        except (OSError, RuntimeError, ValueError) as error:
            tell.say("card.not_mounted", text=str(error), ms=clock.since(began))
            return
        try:
            whole = _written()
            space = os.statvfs(card.POINT)
        except OSError as error:
            tell.say("card.failed", text=str(error), ms=clock.since(began))
            return
        tell.say("card.is", whole=whole, free_KiB=space[0] * space[3] // 1024, ms=clock.since(began))


def _written():
    """Whether a file reads back as it was written; it does not stay."""
    with open(PATH, "wb") as file:
        file.write(TEXT)
    try:
        with open(PATH, "rb") as file:
            return file.read() == TEXT
    finally:
        os.remove(PATH)
