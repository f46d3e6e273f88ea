"""OV5642: how to find it and set it up. Its registers: ov5642.regs. A write within a
millisecond of the one before is lost, so setup takes 0.6 s."""

from binascii import unhexlify

from microcontroller import delay_us
from micropython import const

ADDRESS = const(0x3C)
TIMING = const(0x02)  # the bridge's register 3: VSYNC the other way round
QUALITY = const(4)
GAP_us = const(1000)
SETTLE_us = const(5000)

# The size is all that differs, but for one that the encoder wants otherwise.
_SIZE = "380001b0000a0a200798%04x%04x0c8007d0 50017f 568000000a2000000798 4407%02x"
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
        raise ValueError("%dx%d at quality %d: expected 1..63 and of %s" % (width, height, quality, SIZES))
    _write(i2c, "310393 300882")
    delay_us(SETTLE_us)  # this, too, is a reset
    _play(i2c, 0)
    _write(i2c, _SIZE % (width, height, quality))
    if width == 2048:
        _play(i2c, 1)
    return width, height


def _play(i2c, section):
    """One section of the register file."""
    three = bytearray(3)
    wanted = not section
    with open("/ov5642.bin", "rb") as file:
        while file.readinto(three) == 3:
            if three[0] == 0xFE:  # a section begins
                wanted = three[1] == section
            elif wanted:
                i2c.writeto(ADDRESS, three)
                delay_us(GAP_us)  # time.sleep(0.001) ends at the next tick, mostly sooner


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
            delay_us(GAP_us)


def _read(i2c, register):
    two = bytearray((register >> 8, register & 255))
    i2c.writeto(ADDRESS, two)
    i2c.readfrom_into(ADDRESS, two, end=1)
    return two[0]
