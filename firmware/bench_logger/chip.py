"""The INA219, converting without a pause: the shunt as long as the rate allows, then the bus, briefly."""

RANGES_mV = (40, 80, 160, 320)
BITS12_us, BITS9_us = 532, 84  # data sheet, table 7.5
LEAST, MOST = 2, 7  # 4 to 128 samples for each reading: nothing shorter could be read in time
POLLS = 4000  # of 50 us and more: longer than any round

CONFIG, SHUNT, BUS, POWER = b"\x00", b"\x01", b"\x02", b"\x03"
READY = 2


def averages(hz):
    """How often (as a power of two) the shunt is sampled for each reading, for `hz` readings a second."""
    power = MOST
    while power > LEAST and round_us(power) * hz > 1000000:
        power -= 1
    return power


def round_us(power):
    """How long one round takes: the shunt's samples, and one of the bus."""
    return (BITS12_us << power) + BITS9_us


def config(range_mV, power):
    """The configuration register: 32 V, range, bus 9 bits, shunt 2**power samples of 12 bits, continuous."""
    return 0x2000 | RANGES_mV.index(range_mV) << 11 | (8 | power) << 3 | 7


class Chip:
    """One INA219 on a locked bus. Everything raises OSError when it does not answer."""

    def __init__(self, i2c, address, register):
        self._i2c = i2c
        self._address = address
        self._order = bytes((0, register >> 8, register & 255))
        self._kept = self._order[1:]
        self._word = bytearray(2)
        self.sample = bytearray(4)  # shunt and bus of the last round, as the chip writes them

    def begin(self):
        """Start the first round."""
        self._i2c.writeto(self._address, self._order)

    def strange(self):
        """Whether the chip has forgotten its configuration: a sharp load resets it."""
        self._read(CONFIG, self._word, 0)
        return self._word != self._kept

    def wait(self):
        """The end of a round: it is in `sample`. Raises OSError where none ends."""
        for _ in range(POLLS):
            self._read(BUS, self.sample, 2)
            if self.sample[3] & READY:
                self._read(SHUNT, self.sample, 0)
                self._read(POWER, self._word, 0)  # which takes "ready" back
                return
        raise OSError(5)

    def _read(self, register, into, at):
        self._i2c.writeto_then_readfrom(self._address, register, into, in_start=at, in_end=at + 2)
