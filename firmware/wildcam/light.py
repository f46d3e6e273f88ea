"""What a sensor tells of the light: (gain in sixteenths, exposure in lines, mean luma 0..255)."""


def ov2640(i2c):
    bank = _ask(i2c, 0x30, b"\xff")
    i2c.writeto(0x30, b"\xff\x01")
    try:
        bits = _ask(i2c, 0x30, b"\x00")
        luma = _ask(i2c, 0x30, b"\x2f")
        lines = (_ask(i2c, 0x30, b"\x45") & 63) << 10 | _ask(i2c, 0x30, b"\x10") << 2
        lines |= _ask(i2c, 0x30, b"\x04") & 3
    finally:  # espcamera remembers the bank it chose
        i2c.writeto(0x30, bytes((255, bank)))
    gain = 16 + (bits & 15)
    for bit in (16, 32, 64, 128):
        if bits & bit:
            gain *= 2
    return gain, lines, luma


def ov5642(i2c):
    """The gain's unit is its siblings'."""
    return _ov56(i2c, b"\x56\x90")


def ov5640(i2c):
    return _ov56(i2c, b"\x56\xa1")


ov3660 = ov5640


def _ov56(i2c, luma):
    gain = (_ask(i2c, 0x3C, b"\x35\x0a") & 3) << 8 | _ask(i2c, 0x3C, b"\x35\x0b")
    lines = (_ask(i2c, 0x3C, b"\x35\x00") & 15) << 12 | _ask(i2c, 0x3C, b"\x35\x01") << 4
    return gain, lines | _ask(i2c, 0x3C, b"\x35\x02") >> 4, _ask(i2c, 0x3C, luma)


def _ask(i2c, address, register):
    one = bytearray(1)
    i2c.writeto(address, register)
    i2c.readfrom_into(address, one)
    return one[0]
