"""The bench logger: an INA219 that converts all the time, every conversion sent home (docs/recording.md)."""

try:
    import options
    import recorder

    recorder.run(options.read())
except ValueError as error:  # of a setting: the console says which, and the board waits for its change
    print("bench_logger:", error)
except Exception as error:
    print("bench_logger:", repr(error))
    import time

    import microcontroller

    time.sleep(2)
    microcontroller.reset()
