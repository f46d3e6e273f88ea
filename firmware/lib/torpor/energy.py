"""What the battery's voltage says of its charge."""


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
