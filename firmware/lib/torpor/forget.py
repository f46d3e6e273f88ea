"""Modules whose work is done in this wake leave the heap: what comes needs it."""

import sys

# The meter and who reads it
METER = ("torpor.battery", "torpor.panel", "torpor.energy", "torpor.meter", "adafruit_ina219")
METER += ("adafruit_register", "adafruit_register.i2c_bit", "adafruit_register.i2c_bits")
METER += ("adafruit_register.i2c_struct", "adafruit_bus_device.i2c_device")


def modules(*names):
    """Forget these; what other modules still hold of them stays."""
    for name in names:
        sys.modules.pop(name, None)
        package, _, leaf = name.rpartition(".")
        holder = sys.modules.get(package)
        if holder and hasattr(holder, leaf):
            delattr(holder, leaf)
