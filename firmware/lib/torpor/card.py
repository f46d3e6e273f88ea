"""The SD card: powered and mounted when a picture comes or goes, let go of with its rail."""

import os

import board
import busio
import sdcardio
import storage

import rows
from torpor import clock, policy, reasons

POINT = "/sd"

mounted = False
_tried = False  # at this wake
_held = []  # type: ignore[var-annotated]


class CardError(Exception):
    """A picture cannot be read. No OSError: during an upload those are taken for the network's."""


class Reader:
    """A picture on the card, open for reading."""

    def __init__(self, path):
        self._file = open(path, "rb")
        self.seek = self._file.seek

    def readinto(self, piece):
        try:
            return self._file.readinto(piece)
        except OSError:
            raise CardError

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._file.close()


def ready(wake):
    """Whether the card is mounted. Looking for one that is away takes seconds: it is tried once at a wake,
    and after failures wakes pass before the next try."""
    global _tried
    if not _tried:
        _tried = True
        record = wake.record
        if record.sd_skips:
            record.sd_skips -= 1
        else:
            try:
                clock.wait(wake.rails.on("sd", release))
                _mount()
            except (OSError, RuntimeError, ValueError) as error:
                print("card:", error)
                lost(wake)
    return mounted


def _mount():
    global mounted
    try:
        os.mkdir(POINT)  # on the drive; mounting needs it
    except OSError:
        pass
    _held.append(
        busio.SPI(getattr(board, rows.SD_SCK), getattr(board, rows.SD_MOSI), getattr(board, rows.SD_MISO))
    )
    _held.append(sdcardio.SDCard(_held[0], getattr(board, rows.SD_CS)))
    storage.mount(storage.VfsFat(_held[1]), POINT)
    mounted = True


def lost(wake):
    """It failed: journal it, let go of it for this wake, and let more wakes pass each time."""
    record = wake.record
    record.sd_fails = min(record.sd_fails + 1, 255)
    record.sd_skips = policy.back_off(record.sd_fails)
    wake.journal.event(reasons.CARD_LOST, record.sd_fails)
    wake.rails.off("sd")


def failed(wake, path):
    """Something went wrong at this path. False if that is the drive's; the card is let go of unless it still
    answers, and what else waits can go on."""
    if not path.startswith(POINT):
        return False
    if mounted:
        try:
            os.stat(path)
            wake.journal.event(reasons.CARD_LOST)
        except OSError:
            lost(wake)
    return True


def worked(wake, waiting):
    """It took a picture. Only that ends its failures: a card that is mounted may still fail. And what waits
    is counted anew: after a power cut the record does not know of the card's."""
    wake.record.sd_fails = 0
    wake.record.waiting = waiting - 1  # the new one is counted by who stored it


def release():
    """Let go of every line, so that the unpowered card is not fed through its inputs."""
    global mounted
    try:
        if mounted:
            mounted = False
            storage.umount(POINT)
    finally:
        while _held:
            _held.pop().deinit()
