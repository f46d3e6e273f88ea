"""The INA219 at register level: what a driver sees over I2C, with the chip's own errors.

Source of registers and errors: TI data sheet SBOS448G, tables 7.5 and 8; rows of the meter part.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from boards import Part

_CONFIG, _SHUNT, _BUS, _POWER, _CURRENT, _CALIBRATION = range(6)
_RESET_CONFIG = 0x399F
_RANGE_V = (16.0, 32.0)
_FULL_SCALE_uV = (40_000, 80_000, 160_000, 320_000)
_OFFSETS = ("offset", "offset_2", "offset_4", "offset_8")


def _length(bits: int) -> float:
    """Conversion time in units of the single 12-bit conversion (data sheet, ADC settings)."""
    if bits & 8:
        return float(1 << (bits & 7))
    return (0.158, 0.278, 0.519, 1.0)[bits & 3]


@dataclass(frozen=True, slots=True)
class MeterFaults:
    """What goes wrong, drawn from `seed`: `absent` (never answers), `nack` (chance per access),
    `offset_uV` (input offset at any gain; None draws it from the rows), `reversed` (the leads are swapped),
    `bypassed` (the load does not flow through it)."""

    seed: int = 0
    absent: bool = False
    nack: float = 0.0
    offset_uV: float | None = None
    reversed: bool = False
    bypassed: bool = False


class Ina219:
    """One chip, in whatever lead.

    Parameters
    ----------
    part : the meter's rows.
    mean_load : (start_s, end_s, most_mA) -> (mA through the shunt, V behind it), means over the stretch, in
        which no moment counts for more than `most_mA` either way: the converter sees no more.
    on_change : called when the chip's own draw changes.
    """

    def __init__(
        self,
        part: Part,
        address: int,
        mean_load: Callable[[float, float, float], tuple[float, float]],
        on_change: Callable[[], None],
        faults: MeterFaults | None = None,
    ) -> None:
        self.address = address
        self._faults = faults or MeterFaults()
        self._random = random.Random(f"ina219 {self._faults.seed}")
        self._mean_load = mean_load
        self._on_change = on_change
        self._shunt_ohm = part.v("shunt")
        self._conversion_s = part.v("conversion_12bit") * 1e-6
        self._converting_mA = part.v("converting")
        self._down_mA = part.v("power_down")
        self._noise_uV = part.v("noise")
        offset = self._faults.offset_uV
        away = self._random.gauss(0.0, 1.0)  # from zero, as typical chips are: the same at each gain
        self._offsets_uV = [part.v(row) * away if offset is None else offset for row in _OFFSETS]
        self._gain = 1.0 + self._random.gauss(0.0, part.v("gain_error"))
        self._on = False
        self._reset(0.0)

    def _reset(self, now_s: float) -> None:
        self._registers = [_RESET_CONFIG, 0, 0, 0, 0, 0]
        self._pointer = 0
        self._started_s = now_s
        self._done_s = -1.0

    def power(self, now_s: float, on: bool) -> None:
        """Supply on or off; every start is a reset, and the chip then converts without being asked."""
        if on and not self._on:
            self._reset(now_s)
        self._on = on

    def load_mA(self) -> float:
        """What the chip itself draws from its rail."""
        if not self._on:
            return 0.0
        return self._converting_mA if self._registers[_CONFIG] & 3 else self._down_mA

    def acknowledges(self, now_s: float) -> bool:
        if not self._on or self._faults.absent:
            return False
        return self._faults.nack == 0.0 or self._random.random() >= self._faults.nack

    def write(self, now_s: float, data: bytes) -> None:
        if not data:
            return
        self._pointer = data[0]
        if len(data) < 3 or self._pointer not in (_CONFIG, _CALIBRATION):
            return
        value = data[1] << 8 | data[2]
        if self._pointer == _CALIBRATION:
            self._registers[_CALIBRATION] = value & 0xFFFE
            return
        self._convert(now_s)  # what was finished by now stays in the registers
        if value & 0x8000:
            self._reset(now_s)
        else:
            self._registers[_CONFIG] = value
            self._started_s = now_s
            self._done_s = -1.0
            if value & 3:  # a new conversion begins: "ready" is taken back
                self._registers[_BUS] &= ~2
        self._on_change()

    def read(self, now_s: float, count: int) -> bytes:
        if self._pointer != _CONFIG:
            self._convert(now_s)
        value = self._registers[self._pointer] if self._pointer < 6 else 0xFFFF
        if self._pointer == _POWER:
            self._registers[_BUS] &= ~2
        return (value & 0xFFFF).to_bytes(2, "big")[:count]

    # -- conversion ------------------------------------------------------------------------------

    def _window_s(self) -> float:
        """Length of one round of the enabled conversions."""
        config = self._registers[_CONFIG]
        length = _length(config >> 3 & 15) if config & 1 else 0.0
        if config & 2:
            length += _length(config >> 7 & 15)
        return length * self._conversion_s

    def _convert(self, now_s: float) -> None:
        """Bring the result registers up to the last conversion that has finished by now."""
        mode = self._registers[_CONFIG] & 7
        window = self._window_s()
        if window <= 0.0 or now_s < self._started_s + window:
            return
        if mode & 4:  # continuous: the last whole round
            end = self._started_s + int((now_s - self._started_s) / window) * window
        else:
            end = self._started_s + window
        if end <= self._done_s:
            return
        self._done_s = end
        mA, volts = self._mean_load(end - window, end, self._most_mA())
        if mode & 1:
            self._registers[_SHUNT] = self._shunt(mA, window)
        if mode & 2:
            self._registers[_BUS] = self._bus(volts)
        self._registers[_BUS] |= 2
        self._derive()

    @property
    def offset_uV(self) -> float:
        """Input offset at the gain that is set."""
        return self._offsets_uV[self._registers[_CONFIG] >> 11 & 3]

    def _most_mA(self) -> float:
        """The current at which the converter ends."""
        limit = _FULL_SCALE_uV[self._registers[_CONFIG] >> 11 & 3]
        return (limit - self.offset_uV) / (self._shunt_ohm * 1000.0 * self._gain)

    def _shunt(self, mA: float, window_s: float) -> int:
        averages = max(1.0, window_s / (2.0 * self._conversion_s))
        noise = self._random.gauss(0.0, self._noise_uV / averages**0.5)
        limit = _FULL_SCALE_uV[self._registers[_CONFIG] >> 11 & 3]
        mA = 0.0 if self._faults.bypassed else -mA if self._faults.reversed else mA
        value = mA * self._shunt_ohm * 1000.0 * self._gain + self.offset_uV + noise
        return round(max(-limit, min(limit, value)) / 10.0) & 0xFFFF

    def _bus(self, volts: float) -> int:
        full = _RANGE_V[self._registers[_CONFIG] >> 13 & 1]
        return int(min(volts, full) / 0.004 + 1e-9) << 3

    def _derive(self) -> None:
        calibration = self._registers[_CALIBRATION]
        shunt = self._registers[_SHUNT]
        signed = shunt - 0x10000 if shunt & 0x8000 else shunt
        current = signed * calibration // 4096
        power = abs(current) * (self._registers[_BUS] >> 3) // 5000
        overflow = abs(current) > 0x7FFF or power > 0xFFFF
        self._registers[_CURRENT] = current & 0xFFFF
        self._registers[_POWER] = power & 0xFFFF
        self._registers[_BUS] = self._registers[_BUS] & ~1 | overflow
