"""Reason codes: what stands in the journal. The desktop reads their names from this file."""

from micropython import const

# What happened
WOKE = const(1)  # argument: wake class
SLEPT = const(2)  # argument: minutes asked for (0 = until motion)
NEW_LIFE = const(3)  # no valid record: a new boot number was drawn
CRASH = const(4)  # argument: state in which an exception ended a step
TOO_LONG = const(5)  # argument: state cancelled at its time ceiling
TOO_DEAR = const(6)  # argument: state cancelled at its energy ceiling
PICTURE = const(7)  # argument: size in 4 KiB
RETAKEN = const(8)  # argument: error of the JPEG check
CAMERA_FAILED = const(9)  # argument: try
STORED = const(10)  # argument: pictures waiting
SENT = const(11)  # argument: pictures sent in this session
LOG_SENT = const(12)
JOIN_FAILED = const(13)  # argument: failures in a row
SEND_FAILED = const(14)  # argument: HTTP status / 10, 0 = no answer, 1 = answer not signed by us
METER_LOST = const(15)  # argument: 1 the panel's
SETTINGS_BAD = const(16)  # argument: index of the key
SETTINGS_NEW = const(17)  # argument: number of home's set, 0: from settings.toml
BROWNOUT = const(18)  # argument: streak
BATTERY = const(19)  # argument: state of charge, per cent
JOURNAL_LOST = const(20)  # argument: entries that found no room
FRAME_BAD = const(21)  # argument: error; the last try failed too
LIGHT = const(22)  # argument: luma of the frame
REFUSED = const(23)  # argument: HTTP status / 10; the home station will never take this picture
READ_ONLY = const(24)  # the drive is not ours: the picture can only wait in the camera
SAFE_MODE = const(25)  # argument: how often in a row before this wake
SETTINGS_BACK = const(26)  # argument: number of home's set; home was not heard with it
CLOCK_LOST = const(27)  # the external clock is silent, or its line hangs
CLOCK_SET = const(28)  # argument: by how many seconds
RECORD_LOST = const(29)  # its region is full and may not be rewritten: the next wake begins a new life
CARD_LOST = const(30)  # argument: failures of the SD card in a row; 0: one picture on it cannot be read
GAIN = const(31)  # argument: of the sensor, in sixteenths
LINES = const(32)  # argument: exposure in 8 lines
SIGNAL = const(33)  # argument: of the access point at the join, -dBm
LEARNT = const(34)  # argument: share of motions that may have the camera from now on, 1/250, plus 1
CLIPPED = const(35)  # argument: readings of this wake at which more flowed than the meter can show
CHARGE_JUMPED = const(39)  # argument: the charge now, per cent; another battery, or the books were wrong
DEAR = const(38)  # argument: what this board draws of what its rows say, 1/64; once a day where far from 64
TASK_FAILED = const(36)  # argument: number of the task; its part did not answer
READING_LOST = const(37)  # it found no room
DROPPED = const(63)  # argument: 1 of the dark; a waiting picture gave way to one that is worth more
SUN = const(62)  # argument: what the sun gives now, 20 mW: the panel, or what comes out of the charger

# What was decided, and why
GO = const(40)
LOW_BATTERY = const(41)  # locked out
RECOVERED = const(42)  # lock-out left
DUTY = const(43)  # the ramp on state of charge lets this one pass
PIR_STUCK = const(44)
RETRIGGER = const(45)  # the PIR is still high: hold off by timer
WATCH = const(46)  # sleep until motion
TOO_DARK = const(47)
NO_SPACE = const(48)  # picture dropped: the spool is full
BACK_OFF = const(49)  # the last joins failed: let wakes pass
BATCH = const(50)  # wait for more pictures, or in a slow session for the next one
NOTHING = const(51)  # nothing to send
SAGGING = const(52)  # the battery would not carry the radio's burst
QUIET = const(53)  # hold-off over, no motion
RADIO = const(54)  # the PIR rose while Wi-Fi was on: no motion is believed, only let it fall
CAMERA_AWAY = const(55)  # it failed at the last tries: let wakes pass
AGE = const(56)  # the oldest picture has waited for long enough
HEARTBEAT = const(57)  # nothing to see, but it is time to speak
BUSY = const(58)  # more wakes in an hour than they are worth: a hold-off
SMALL = const(59)  # the small frame: energy or room is scarce
RESERVE = const(60)  # the task would take what dearer ones will want
TASK_LET_PASS = const(61)  # argument: number of the task; the reason is the entry before

# What the journal keeps longest when the space ends: crashes, and reasons to lose a visitor
LOSSES = (CRASH, CAMERA_FAILED, CAMERA_AWAY, FRAME_BAD, LOW_BATTERY, DUTY, PIR_STUCK, TOO_DARK, NO_SPACE)
LOSSES += (JOURNAL_LOST, DROPPED)
