# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""OV2640: register values as (register, value) pairs in hex, in the order the sensor wants them.

Register ff chooses the bank, 00 image processor, 01 sensor; 7d, 91, 93 and 97 count up by themselves."""

from binascii import unhexlify

from micropython import const

ADDRESS = const(0x30)
TIMING = const(0x00)  # the bridge's register 3
QUALITY = const(12)

_INIT = (
    # clocks, exposure and gain control, array and analog settings
    "ff002cff2edfff013c3211000902042813e514482c0c33783a333bfb3e0043111610399235da221a37c3230034c0361a"
    "068807c00d870e414c0048005b0042034a8121992440253826825c006300617062807c05208028306c006d806e007002"
    "719473c1"
    # sensor window of 800x600
    "12401711184319001a4b320937c04f6050a86d003d38463f4f600c3c"
    # image processor
    "ff00e57ff9c04124e01476ff33a0422043184c0087d5883fd703d910d382c808c980"
    # its ports: effects 7c 7d, gamma 90 91, sharpness 92 93, colour matrix 96 97
    "7c007d007c037d487d487c087d207d107d0e9000910e911a9131915a91699175917e9188918f919691a391af91c491d7"
    "91e891209200930693e3930593059300930493009300930093009300930093009600970897199702970c972497309728"
    "972697029798978097009700"
    # white balance, lens correction, a first size
    "c3eda400a800c511c651bf80c710b666b8a5b764b97cb3afb497b5ffb0c5b194b20fc45cc064c14b8c00863d500051c8"
    "52965300540055005ac85b965c00d300c3ed7f00da00e51fe167e000dd7f05001240d304c016c1128c00863d5000512c"
    "52245300540055005a2c5b245c00"
    # YUV 4:2:2, then JPEG of it
    "ff000500da10d703df0033803c40e1770000e014e177e51fd703da10e000ff0104081500"
)
# Up to 352x288, out of the 800x600 window; the size itself follows.
_SMALL = (
    "ff0112401711184319001a4b32094fca50a85a236d00391235da221a37c3230034c0361a068807c00d870e414c00ff00"
    "e004c064c14b51c852965300540055005700"
)
# From 640x480 on, out of 1600x1200 at half the clock.
_LARGE = (
    "ff011101120017111875323619011a97030f37404fbb509c5a576d803d3439023588220a374034a006020db70e01ff00"
    "e004c0c8c1965190522c5300540055885700"
)
# 960 lines is what the vendor calls 1280x1024
SIZES = "160x120 176x144 320x240 352x288 640x480 800x600 1024x768 1280x960 1600x1200"


def found(i2c):
    """Does an OV2640 of any revision answer? False in standby, during a reset and on a dead bus."""
    try:
        return _read(i2c, 0x0A) == 0x26
    except OSError:
        return False


def reset(i2c):
    """Registers to their defaults. Takes 1 ms by the data sheet, drivers wait 100: ask `found`."""
    _write(i2c, b"\xff\x01\x12\x80")


def setup(i2c, width, height, quality):
    """Everything after `reset` -> (width, height) of the pictures. `quality` 1 (best) to 63, usually 12."""
    if height == 1024:
        height = 960
    if "%dx%d" % (width, height) not in SIZES.split() or not 0 < quality < 64:
        raise ValueError("size %dx%d, quality %d: not 1..63 and one of %s" % (width, height, quality, SIZES))
    words = width >> 2
    lines = height >> 2
    size = (
        (0x44, quality)
        + (0x86, 0x3D if width in (640, 1024, 1280, 1600) else 0x35)
        + (0x50, 0x92 if width < 320 else 0x89 if width <= 800 else 0)
        + (0x5A, words & 255, 0x5B, lines & 255, 0x5C, lines >> 8 << 2 | words >> 8)
        + (0xD3, 4 if width <= 640 else 2, 0xE0, 0)
    )
    for pairs in (unhexlify(_INIT), unhexlify(_SMALL if width < 640 else _LARGE), bytes(size)):
        _write(i2c, pairs)
    return width, height


def light(i2c):
    """(gain in sixteenths, exposure in lines, mean luma 0..255)."""
    bits = _read(i2c, 0x00)
    gain = 16 + (bits & 15)
    for bit in (16, 32, 64, 128):
        if bits & bit:
            gain *= 2
    exposure = (_read(i2c, 0x45) & 63) << 10 | _read(i2c, 0x10) << 2 | _read(i2c, 0x04) & 3
    return gain, exposure, _read(i2c, 0x2F)


def _write(i2c, pairs):
    for at in range(0, len(pairs), 2):
        i2c.writeto(ADDRESS, pairs, start=at, end=at + 2)


def _read(i2c, register):
    two = bytearray((0xFF, 1))  # all that is read is in the sensor's bank
    i2c.writeto(ADDRESS, two)
    two[0] = register
    i2c.writeto(ADDRESS, two, end=1)
    i2c.readfrom_into(ADDRESS, two, end=1)
    return two[0]
