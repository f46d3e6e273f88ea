"""OV2640: finding it and setting it up, with ov2640.regs."""

from micropython import const

ADDRESS = const(0x30)
TIMING = const(0x00)  # the bridge's register 3
QUALITY = const(12)

# the vendor's 1280x1024 has 960 lines
SIZES = "160x120 176x144 320x240 352x288 640x480 800x600 1024x768 1280x960 1600x1200"


def found(i2c):
    """Does one answer? Not in standby, in a reset or on a dead bus."""
    try:
        return _read(i2c, 0x0A) == 0x26
    except OSError:
        return False


def reset(i2c):
    """1 ms by the data sheet, drivers wait 100: ask `found`."""
    _write(i2c, b"\xff\x01\x12\x80")


def setup(i2c, width, height, quality):
    """Returns (width, height) of the pictures. `quality`: 1 (best) to 63."""
    if height == 1024:
        height = 960
    if "%dx%d" % (width, height) not in SIZES.split() or not 0 < quality < 64:
        raise ValueError("%dx%d at quality %d: expected 1..63 and of %s" % (width, height, quality, SIZES))
    _play(i2c, 1 if width < 640 else 2)
    x = width >> 2
    y = height >> 2
    size = (0x44, quality, 0x86, 0x3D if width in (640, 1024, 1280, 1600) else 0x35)
    size += (0x50, 0x92 if width < 320 else 0x89 if width <= 800 else 0, 0x5A, x & 255, 0x5B, y & 255)
    _write(i2c, bytes(size + (0x5C, y >> 8 << 2 | x >> 8, 0xD3, 4 if width <= 640 else 2, 0xE0, 0)))
    return width, height


def _play(i2c, section):
    """What all sizes share, then one section."""
    pairs = bytearray(64)
    wanted = True
    with open("/ov2640.bin", "rb") as file:
        count = 64
        while count == 64:
            count = file.readinto(pairs)
            for at in range(0, count, 2):
                if pairs[at] == 0xFE:  # a section begins
                    wanted = pairs[at + 1] == section
                elif wanted:
                    i2c.writeto(ADDRESS, pairs, start=at, end=at + 2)


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
