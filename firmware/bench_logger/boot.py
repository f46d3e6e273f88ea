"""A second serial port for the frames where the board has endpoints enough; else the console takes them."""

try:
    import usb_cdc

    usb_cdc.enable(console=True, data=True)
except Exception as error:  # no USB of its own, or no room for a second port
    print("bench_logger:", repr(error))
