"""One wake. Whatever goes wrong in it ends in sleep."""

try:
    import node

    if node.LATCH:
        __import__("latching").hold()  # first of all: the motion that switched the node on may end
    import waking

    waking.main()
except Exception as error:
    print("torpor:", repr(error))
    import time

    import alarm
    import alarm.time

    wake = alarm.time.TimeAlarm(monotonic_time=time.monotonic() + 900)
    alarm.exit_and_deep_sleep_until_alarms(wake)
