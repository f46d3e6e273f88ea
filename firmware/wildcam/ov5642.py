# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""OV5642: register values as words of hex, four digits of address, then what goes there and behind.

A write within a millisecond of the one before is lost, so setup takes 0.6 s. Clocks, pads and analog
parts are written in the vendor's order; of windows and picture tuning the last value is enough."""

from binascii import unhexlify

from microcontroller import delay_us
from micropython import const

ADDRESS = const(0x3C)
TIMING = const(0x02)  # the bridge's register 3: VSYNC the other way round
QUALITY = const(4)
GAP_us = const(1000)
SETTLE_us = const(5000)

_INIT = (
    # clocks, pads, array; exposure by hand while they change
    "30177ffc 3615f0 300000005c00ffff4337 301108 301010 460c22 370ca0 3602fc 3612ff 3634c0 "
    "361300 36057c 36210960 360440 3603a7 360327 400021 401d22 360054 3605043f 3c0180 50004f 502004 "
    "300e18 461000 471d05 470806 501f00 430030 350307 35017380 350b00 35011e 350b7f 3705db 370a81 362187 "
    "350c07d0 3500000000 350a0000 350300 30300b 401e20 400142 401c04 340600 502580 5000cf 371010 363251 "
    "370210b218 370b40 370d03 36310152 360624 362096 360052 360448 36061b 370d0b 370fc0 370901 500700 "
    "500900 501100 501300 302b00 3c0004 "
    # exposure targets
    "3a0078 3a02007d00 3a08096007d0 3a0d100d484070 3a1330007d00 3a18007c054a 3a1e3e20 "
    # windows and mirror
    "3810c2 381544 3818a8 38230001 38270a "
    # white balance, noise, edges, colours, gamma
    "508008 508600000000 5180ff52111425241414146960a29c3634544cf80470f0f00301052f040006a0a0 528200 "
    "528a00010408102030 52920000000100040008001000200030 53000020007c003000802040 530c001020802080 "
    "5314082010000230 53800100001f0006000000e1002b0000001000b300a608 54023f00 54800c182f5564717d87919aaab8"
    "cdddea1d05000420036002b80286025b023b021c020401ed01c501a5016c0141012000160120001000f000df 550010 "
    "55020006007f 558002 55835050 5688fddffeeffeefaaaa 578507 "
    # lens correction
    "58004831211b1a1e29382617110e0d0e131a150d08050405090d110a040000010609120b04000001060a170f090605060a0e2"
    "81a110e0e0f151d6e39271f1e232f410e0c0d0c0c0c0c0c0d0e0e0a0e0e1010110a0f0e1010100a0e0e0f0f0f0a090d0c0b0d"
    "071714181816121b1a1616181f1c16100f131c1e171111141e1c1c1a1a1b1f141a1d1e1a1a 589ac000 "
    # the whole array through the JPEG encoder, whose reset is pulsed
    "350307 300200 3006ff3f 3602e4 3612ac44 3621270822 360460 3705da 370a80 460b35 471d00 471303 471c50 "
    "30020c 300200 350300 362110 "
)
# The size is all that differs, but for one that the encoder wants otherwise.
_SIZE = "380001b0000a0a200798%04x%04x0c8007d0 50017f 568000000a2000000798 4407%02x"
_QXGA = (
    "30020c 300200 430032 30020c 300200 471302 460080 472102 471c40 440800 460c22 381504 501f00 5002e0 "
    "440a01 440290 3811f0"
)
SIZES = "320x240 640x480 1024x768 1280x960 1600x1200 2048x1536 2592x1944"


def found(i2c):
    """Does an OV5642 answer? False in standby, during a reset and on a dead bus."""
    try:
        return _read(i2c, 0x300A) == 0x56 and _read(i2c, 0x300B) == 0x42
    except OSError:
        return False


def reset(i2c):
    """Registers to their defaults. The vendor does not wait, 5 ms are careful: then ask `found`."""
    _write(i2c, "300880")


def setup(i2c, width, height, quality):
    """Everything after `reset` -> (width, height) of the pictures. `quality` 1 (best) to 63, usually 4."""
    if "%dx%d" % (width, height) not in SIZES.split() or not 0 < quality < 64:
        raise ValueError("size %dx%d, quality %d: not 1..63 and one of %s" % (width, height, quality, SIZES))
    _write(i2c, "310393 300882")
    delay_us(SETTLE_us)  # this, too, is a reset
    _write(i2c, _INIT)
    _write(i2c, _SIZE % (width, height, quality))
    if width == 2048:
        _write(i2c, _QXGA)
    return width, height


def light(i2c):
    """(gain in sixteenths, exposure in lines, mean luma 0..255). The gain's unit is its siblings'."""
    gain = (_read(i2c, 0x350A) & 3) << 8 | _read(i2c, 0x350B)
    lines = (_read(i2c, 0x3500) & 15) << 12 | _read(i2c, 0x3501) << 4 | _read(i2c, 0x3502) >> 4
    return gain, lines, _read(i2c, 0x5690)


def _write(i2c, words):
    three = bytearray(3)
    for word in words.split():
        data = unhexlify(word)
        at = data[0] << 8 | data[1]
        for value in data[2:]:
            three[0] = at >> 8
            three[1] = at & 255
            three[2] = value
            at += 1
            i2c.writeto(ADDRESS, three)
            delay_us(GAP_us)  # time.sleep(0.001) ends at the next tick, mostly sooner


def _read(i2c, register):
    two = bytearray((register >> 8, register & 255))
    i2c.writeto(ADDRESS, two)
    i2c.readfrom_into(ADDRESS, two, end=1)
    return two[0]
