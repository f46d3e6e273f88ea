"""What the battery's voltage says of its charge, and how far it is believed. Charge in 1/100 %."""


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


def gauge(record, mV, tenth_mA, spent_mJ, cell, cell_C):
    """Rest voltage, charge and state of charge from a reading under load. True if the charge is another than
    the books can explain: then the voltage alone counts.

    Before, `spent_mJ` were counted since the last reading; what the sun gave nobody counted. So the charge
    follows the voltage, in a steep piece of the curve by most of the difference at once, on a plateau by
    little. `cell`: (curve, J, milliohm, withheld, stiffer, mV), as in rows.CELL: the curve as (mV, charge);
    so much of the charge ((C, per cent), ...) does not come out of a cold cell; its resistance relative to
    the warm one ((C, per cent), ...); what a rest voltage may be off. `cell_C`: its temperature, None where
    nobody knows: warm.
    """
    curve, full, milliohm, withheld, stiffer, unsure_mV = cell
    cell_C = 20 if cell_C is None else int(cell_C)
    record.mV = mV + tenth_mA * milliohm * along(stiffer, cell_C) // 1000000
    seen = along(curve, record.mV)
    width = along(curve, record.mV + unsure_mV) - along(curve, record.mV - unsure_mV)
    before = record.charge - (10 * spent_mJ + record.wake * 7919 % full) // full  # a wake is less than a step
    off = seen - before
    first = not record.charge
    # farther off: much time has passed, or it is another battery; else sun and sleep move it by 2 points
    if not first and -1500 - width <= off <= 1500 + width:
        seen = before + (400 * off // (200 + width) + 1) // 2
    record.charge = min(max(1, seen), 10000)
    record.cold = along(withheld, cell_C)
    record.soc = max(0, 100 * (record.charge // 100 - record.cold) // (100 - record.cold))
    # 15 points are gone at once, not by this node; or 45 have come, not by the sun
    return not first and (off < -1500 - width or off > 4500 + width)
