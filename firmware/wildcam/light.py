"""What a sensor tells of the light: (gain in sixteenths, exposure in lines, mean luma 0..255)."""


def ov2640(i2c):
    bits = _sensor(i2c, 0x00)
    gain = 16 + (bits & 15)
    for bit in (16, 32, 64, 128):
        if bits & bit:
            gain *= 2
    lines = (_sensor(i2c, 0x45) & 63) << 10 | _sensor(i2c, 0x10) << 2 | _sensor(i2c, 0x04) & 3
    return gain, lines, _sensor(i2c, 0x2F)


def ov5642(i2c):
    """The gain's unit is its siblings'."""
    gain = (_far(i2c, 0x350A) & 3) << 8 | _far(i2c, 0x350B)
    lines = (_far(i2c, 0x3500) & 15) << 12 | _far(i2c, 0x3501) << 4 | _far(i2c, 0x3502) >> 4
    return gain, lines, _far(i2c, 0x5690)


def _sensor(i2c, register):
    """A register of the OV2640's sensor bank."""
    i2c.writeto(0x30, b"\xff\x01")
    return _ask(i2c, 0x30, bytes((register,)))


def _far(i2c, register):
    return _ask(i2c, 0x3C, bytes((register >> 8, register & 255)))


def _ask(i2c, address, register):
    one = bytearray(1)
    i2c.writeto(address, register)
    i2c.readfrom_into(address, one)
    return one[0]
