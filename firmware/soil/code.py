"""Soil: moisture and temperature once an hour, home once a day. Whatever goes wrong ends in sleep."""

try:
    import probe

    from torpor.scheduler import Task, burst, run
    from torpor.triggers import at, every

    run(
        (
            Task("reading", every(60), probe.read, rails=("sensor",), cost_mJ=900, value=90),
            burst(at(12), cost_mJ=9000, value=60),
        ),
        of="moisture centi_C",
    )
except Exception as error:
    print("torpor:", repr(error))
    import time

    import alarm
    import alarm.time

    wake = alarm.time.TimeAlarm(monotonic_time=time.monotonic() + 900)
    alarm.exit_and_deep_sleep_until_alarms(wake)
