"""The I2C bus of the parts that are never switched off: the meter, and a clock where there is one."""

import board
import busio

import node
import rows


def of(wake):
    """The bus, opened once per wake. Raises RuntimeError without pull-ups."""
    if wake.meter_bus is None:
        wake.meter_bus = busio.I2C(
            getattr(board, rows.METER_SCL), getattr(board, rows.METER_SDA), frequency=node.I2C_Hz
        )
    return wake.meter_bus
