"""The INA219 meter, and what the battery's voltage says of its charge."""

import time

from adafruit_ina219 import INA219, ADCResolution, Mode


class Meter:
    """One INA219, powered down whenever it is not read. `shunt_mohm` is its shunt."""

    CONVERSION_ms = 18  # 16 samples of 12 bits on both channels: 2 x 8.51 ms (data sheet, table 7.5)

    def __init__(self, i2c, address, shunt_mohm):
        self._chip = INA219(i2c, address)
        self._shunt_mohm = shunt_mohm
        self._chip.bus_adc_resolution = ADCResolution.ADCRES_12BIT_16S
        self._chip.shunt_adc_resolution = ADCResolution.ADCRES_12BIT_16S
        self._on = True
        self.off()

    def off(self):
        """Power down, if a conversion was begun and never read (its task was cancelled)."""
        if self._on:
            self._on = False
            try:
                self._chip.mode = Mode.POWERDOWN
            except OSError:
                pass  # it went away; whoever reads it will notice

    def start(self):
        """Begin one conversion of both channels; `read` may follow after CONVERSION_ms."""
        self._on = True
        self._chip.mode = Mode.SANDBVOLT_TRIGGERED

    def read(self):
        """(mV, current in 0.1 mA) of the conversion begun by `start`; then power down."""
        current = self._chip.raw_shunt_voltage * 100 // self._shunt_mohm  # 10 uV steps
        mV = self._chip.raw_bus_voltage * 4
        self.off()
        return mV, current

    def read_now(self):
        """`start`, wait in idle, `read`: for places where no task runs."""
        self.start()
        time.sleep(self.CONVERSION_ms / 1000)
        return self.read()


def along(points, x):
    """Linear between (x, y) points with rising x, level beyond their ends."""
    before, y = points[0]
    if x <= before:
        return y
    for at, value in points:
        if x < at:
            return y + (value - y) * (x - before) // (at - before)
        before, y = at, value
    return y


def gauge(record, mV, tenth_mA, curve, resistance_mohm, withheld, stiffer, cell_C):
    """Rest voltage, charge and state of charge from a reading under load.

    `withheld` ((C, per cent), ...) of the charge does not come out of a cold cell, `stiffer` ((C, per cent),
    ...) is its resistance relative to the warm one. `cell_C`: its temperature, None where nobody knows: warm.
    """
    cell_C = 20 if cell_C is None else int(cell_C)
    drop = tenth_mA * resistance_mohm * along(stiffer, cell_C) // 1000000
    record.mV = mV + drop
    record.charge = 100 * along(curve, record.mV)
    record.cold = along(withheld, cell_C)
    record.soc = max(0, 100 * (record.charge // 100 - record.cold) // (100 - record.cold))
