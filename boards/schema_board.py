"""What a board part must have."""

from __future__ import annotations

from boards.rules import CapRule, Kind, RowRule, TableRule

_DAY_s = 86400.0

#: Currents at the board's supply.
_CURRENTS = {
    "deep_sleep_pin": RowRule("mA", 0, 100, required=False, when=("alarms", "pin")),
    "deep_sleep_timer": RowRule("mA", 0, 100, required=False, when=("alarms", "time")),
    "light_sleep": RowRule("mA", 0, 500, required=False, when=("alarms", "time")),
    "idle": RowRule("mA", 0, 500),
    "busy": RowRule("mA", 0, 500),
    "radio_idle": RowRule("mA", 0, 500),
    "radio_join": RowRule("mA", 0, 1000),
    "radio_tx": RowRule("mA", 0, 1000),
    #: The most that ever flows for some microseconds: what a meter must be able to show.
    "radio_peak": RowRule("mA", 0, 2000),
    "radio_left": RowRule("mA", 0, 500),
    "radio_boot_current": RowRule("mA", 0, 500),
    "inrush": RowRule("mA", 0, 5000, required=False),
    "led": RowRule("mA", 0, 50, required=False),
}

#: What work costs in time.
_TIMES = {
    "boot": RowRule("s", 0, 60),
    #: Without it: a chip that knows no temperature (ESP32).
    "chip_warm": RowRule("K", -20, 40, required=False),
    "radio_boot": RowRule("s", 0, 60),
    "min_awake": RowRule("s", 0, 60),
    "first_awake": RowRule("s", 0, 60, required=False),
    "compile_py": RowRule("us/B", 0, 1000),
    "compile_mpy": RowRule("us/B", 0, 1000),
    "loop_round": RowRule("us", 0, 1000),
    "call": RowRule("us", 0, 1000),
    "method_call": RowRule("us", 0, 1000),
    "operation": RowRule("us", 0, 1000),
    "crc32": RowRule("us/B", 0, 100),
    "sha256": RowRule("us/B", 0, 100),
    "find": RowRule("us/B", 0, 100),
    "getenv": RowRule("ms", 0, 1000),
    "i2c_call": RowRule("us", 0, 10000),
    "spi_call": RowRule("us", 0, 10000),
    "flash_sector_write": RowRule("ms", 0, 2000),
    "nvm_rewrite": RowRule("ms", 0, 2000),
    "nvm_append": RowRule("ms", 0, 2000),
    "file_open": RowRule("ms", 0, 1000),
    "file_read": RowRule("us/B", 0, 100),
}

#: Sizes, supply, clocks.
_SIZES = {
    "flash_sector_size": RowRule("B", 256, 1 << 20),
    "flash_wear": RowRule("cycles", 100, 1e8),
    "regulator_efficiency": RowRule("1", 0.1, 1),
    "rail_3V3": RowRule("V", 3.0, 3.6),
    "supply_min": RowRule("V", 0.5, 6),
    "supply_hysteresis": RowRule("V", 0, 1),
    "supply_max": RowRule("V", 1, 24),
    "heap": RowRule("KiB", 16, 65536),
    "sleep_memory": RowRule("B", 0, 65536),
    "nvm": RowRule("B", 0, 65536),
    "drive": RowRule("KiB", 16, 1 << 24),
    "watchdog_max": RowRule("s", 1, 100 * 365 * _DAY_s),
    "sleep_clock_error": RowRule("1", 0, 0.5),
    "timer_step": RowRule("s", 0, 10, required=False, when=("alarms", "time")),
    "wake_jitter": RowRule("s", 0, 10, required=False, when=("alarms", "time")),
}

_CAPS = {
    "circuitpython_board": CapRule("str"),
    "family": CapRule("str", ("rp2040", "rp2350", "esp32", "esp32s3")),
    "alarms": CapRule("strs", ("pin", "time")),
    "combine_pin_and_time": CapRule("bool"),
    "several_pins": CapRule("bool"),
    "edge": CapRule("bool"),
    "preserve_dios": CapRule("bool"),
    "wake_pin_known": CapRule("bool"),
    #: What a pin does that nobody drives while the chip is awake; in deep sleep it floats.
    "reset_pull": CapRule("str", ("none", "up")),
    #: A dip of the supply is told from a power-up, and leads into safe mode.
    "brownout_known": CapRule("bool"),
    #: nvm is one blob that every assignment writes anew, all of it or nothing.
    "nvm_blob": CapRule("bool"),
    "reset_reason_after_sleep": CapRule("str", ("SOFTWARE", "DEEP_SLEEP_ALARM", "none")),
    "rtc_survives_sleep": CapRule("bool"),
    "radio_off": CapRule("str", ("now", "at sleep")),
    "light_sleep_real": CapRule("bool"),
    "usb_native": CapRule("bool"),
    "sleep_memory_survives_reset": CapRule("bool"),
    "psram": CapRule("bool"),
    "heeds_bssid": CapRule("bool"),
    "watchdog_raise": CapRule("bool"),
    "spool_places": CapRule("strs", ("fifo", "flash", "sd")),
    "camera_buses": CapRule("strs", ("arduchip", "espcamera")),
    #: "xclk CAMERA_XCLK": a line of the camera connector, and the board's name of it.
    "camera_pins": CapRule("strs", required=False, when=("camera_buses", "espcamera")),
    "input_only": CapRule("strs", required=False),
    #: How many pins may wake it by a low level in one deep sleep (without it: any number).
    "lows_most": CapRule("int", required=False),
    "pins": CapRule("strs"),
    "wake_pins": CapRule("strs"),
    #: Its own LED: the name in `board`, the level that lights it, whether it hangs on the radio chip.
    "led_pin": CapRule("str", required=False),
    "led_active": CapRule("str", ("high", "low"), required=False),
    "led_on_radio": CapRule("bool", required=False),
    "sd_pins": CapRule("strs", required=False),
    #: "left GP0 GP1 GND": the pins along one edge, from the top, as who looks at the parts sees them with USB
    #: (or the antenna's far end) on top; `header_source` says where that is written.
    "header": CapRule("strs", required=False),
    "header_source": CapRule("str", required=False),
    #: Sentences for who wires it.
    "wiring_notes": CapRule("strs", required=False),
    #: Pins of the header that take the battery (and its minus), and the one that gives 3.3 V.
    "supply_pin": CapRule("str", required=False),
    "minus_pin": CapRule("str", required=False),
    "rail_pin": CapRule("str", required=False),
    #: "i2c0 sda GP0 GP4": which pins a hardware bus reaches; a board without this list routes any pin.
    "bus_signals": CapRule("strs", required=False),
}

#: What of the battery's power arrives for a load that is added at 3V3, over that load in mA; without it the
#: row `regulator_efficiency` holds at any load. The board's own currents hold at its supply: what its
#: regulator loses on them, and in standing by, is in them already and must not be in this table again.
_TABLES = {"regulator_efficiency": TableRule((0, 3000), (0.01, 1), required=False)}

BOARD = Kind(rows={**_CURRENTS, **_TIMES, **_SIZES}, caps=_CAPS, tables=_TABLES)
