"""Gives the drive to the node unless the bench pin is held low. Runs at every wake: short, and silent."""

import node

if node.BENCH:
    import board
    import storage
    from digitalio import DigitalInOut, Pull

    bench = DigitalInOut(getattr(board, node.BENCH))
    bench.switch_to_input(pull=Pull.UP)
    if bench.value:
        storage.remount("/", readonly=False)
    bench.deinit()
