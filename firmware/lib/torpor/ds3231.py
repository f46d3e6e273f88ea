"""DS3231: time, and one alarm on its INT line (registers: Maxim's data sheet 19-5170, figure 1, table 2)."""

from micropython import const

_ALARM = const(0x07)
_CONTROL = const(0x0E)  # INTCN 4: the pin is the alarm's; A1IE 1. EOSC 80 low: it runs on its cell too
_STATUS = const(0x0F)  # OSF 80: it stood still, the time is not to be trusted; A2F 2, A1F 1
_STOPPED = const(0x80)

DAY_s = 86400
_YEAR_2000 = 946684800
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)  # days of the year before each month


class DS3231:
    """Times are Unix seconds UTC, in the years 2000 to 2099. Every call may raise OSError."""

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._address = address

    def read(self):
        """Now, or 0 if the clock stood still since it was last set."""
        if self._get(_STATUS, 1)[0] & _STOPPED:
            return 0
        second, minute, hour, _, day, month, year = self._get(0, 7)
        year, month = _plain(year), _plain(month & 0x1F)
        days = 365 * year + (year + 3) // 4 + _BEFORE[month - 1] + _plain(day) - 1
        if month > 2 and not year % 4:
            days += 1
        return _YEAR_2000 + DAY_s * days + _of_day(hour, minute, second)

    def set(self, now_s):
        """Set the time; from here on it is trusted."""
        days, rest = divmod(now_s - _YEAR_2000, DAY_s)
        count, days = divmod(days, 1461)
        year = min(days * 4 // 1461, 3)
        days -= 365 * year + (1 if year else 0)
        month = 12
        while days < _BEFORE[month - 1] + (1 if month > 2 and not year else 0):
            month -= 1
        days -= _BEFORE[month - 1] + (1 if month > 2 and not year else 0)
        self._set(0, *_clock(rest), 1, _coded(days + 1), _coded(month), _coded(4 * count + year))
        self._set(_STATUS, self._get(_STATUS, 1)[0] & ~_STOPPED)

    def alarm_in(self, seconds):
        """Let go of the line, and pull it low in `seconds` (1 to 86399), once a day until it is set anew."""
        second, minute, hour = self._get(0, 3)
        at = (_of_day(hour, minute, second) + seconds) % DAY_s
        self._set(_ALARM, *_clock(at), 0x80)  # the day does not matter
        self._set(_CONTROL, 0x05)
        self.clear()

    def rang(self):
        """Has the alarm gone off since it was cleared?"""
        return self._get(_STATUS, 1)[0] & 1 != 0

    def clear(self):
        """Both alarm flags off, which releases the line."""
        self._set(_STATUS, self._get(_STATUS, 1)[0] & ~3)

    def silence(self):
        """No alarm pulls the line any more."""
        self._set(_CONTROL, 0x04)
        self.clear()

    def _get(self, register, count):
        data = bytearray(count)
        self._talk(self._i2c.writeto_then_readfrom, bytes((register,)), data)
        return data

    def _set(self, register, *values):
        self._talk(self._i2c.writeto, bytes((register,) + values))

    def _talk(self, call, *values):
        if not self._i2c.try_lock():
            raise OSError(16)  # busy
        try:
            call(self._address, *values)
        finally:
            self._i2c.unlock()


def _plain(value):
    return (value >> 4) * 10 + (value & 15)


def _coded(value):
    return value // 10 << 4 | value % 10


def _of_day(hour, minute, second):
    return 3600 * _plain(hour & 0x3F) + 60 * _plain(minute) + _plain(second)


def _clock(seconds):
    return _coded(seconds % 60), _coded(seconds // 60 % 60), _coded(seconds // 3600)
