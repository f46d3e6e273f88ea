"""Safe mode must not be the end, whatever the reason: sleep, longer each time, then start afresh. It only
appends to nvm: after a brown-out there may not be the charge to rewrite a sector."""

import time

import microcontroller

# docs/memory.md: a zero byte for each time in a row; a wake that reaches SLEEP clears them
AT, END = 528, 544
LONGEST_s = 3600

count = bytes(microcontroller.nvm[AT:END]).find(b"\xff")
if count < 0:
    count = END - AT
else:
    microcontroller.nvm[AT + count] = 0
seconds = min(60 << count, LONGEST_s)
try:
    import alarm
    import alarm.time

    from torpor import sleep

    wake = alarm.time.TimeAlarm(monotonic_time=time.monotonic() + seconds)
    alarm.exit_and_deep_sleep_until_alarms(wake, preserve_dios=sleep.held())
except Exception:  # a board without deep sleep
    time.sleep(seconds)
    microcontroller.reset()
