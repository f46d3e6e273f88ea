"""What node.py says of a camera: driver, sensor, sizes, pins."""

from __future__ import annotations

from boards import Design, Part
from sim.devices.espcam import FRAME_SIZES

#: Lines of a camera on SPI, in the order of CAMERA_PINS.
_LINES = ("sck", "mosi", "miso", "cs", "sda", "scl")
#: The firmware's driver by the camera part's cap `bus`.
DRIVERS = {"arduchip": "arducam", "espcamera": "espcam"}


def sensor_module(design: Design) -> str:
    """The firmware's module for the camera's sensor: "ov2640"."""
    return str(design.part("camera").caps["sensor"]).lower()


def driver_module(design: Design) -> str:
    """The firmware's module for the camera: "arducam" or "espcam"."""
    return DRIVERS[str(design.part("camera").caps["bus"])]


#: Arguments of espcamera.Camera by the line of the connector.
_ARGUMENTS = {
    "data": "data_pins",
    "xclk": "external_clock_pin",
    "pclk": "pixel_clock_pin",
    "vsync": "vsync_pin",
    "href": "href_pin",
    "pwdn": "powerdown_pin",
    "reset": "reset_pin",
}


def camera_lines(design: Design, camera: Part) -> dict[str, object]:
    """Driver, sensor, sizes and times; for a camera on the board's own connector also its bus, and
    espcamera's pin arguments by the board's names."""
    lines: dict[str, object] = {
        "CAMERA": driver_module(design),
        "SENSOR": sensor_module(design),
        "SPI_Hz": int(str(design.options.get("spi_Hz", 0))),
        "SIZES": _sizes(design),
        "SETTLE_ms": round(camera.v("settle") * 1000),
    }
    if camera.caps["bus"] == "arduchip":
        lines["CAMERA_PINS"] = tuple(design.pins[f"camera_{line}"] for line in _LINES)
    else:
        pins = design.board.camera_pins
        shared = pins["scl"] == design.pins["meter_scl"]
        lines["CAMERA_BUS"] = () if shared else (pins["scl"], pins["sda"])
        lines["CAMERA_SIZES"] = _frame_sizes(design)
        lines["CAMERA_LINES"] = tuple((key, pins[role]) for role, key in _ARGUMENTS.items() if role in pins)
    return lines


def _sizes(design: Design) -> tuple[tuple[int, int], tuple[int, int]]:
    """Width and height of a usual picture, and of a small one for days of want."""
    (w, h), (w_small, h_small) = (
        map(int, str(design.options[key]).split("x")) for key in ("frame_size", "frame_size_small")
    )
    return (w, h), (w_small, h_small)


def _frame_sizes(design: Design) -> tuple[tuple[tuple[int, int], str], ...]:
    """The sizes that the design asks for, with esp32-camera's names of them."""
    sizes = {(width, height): name for name, (width, height) in FRAME_SIZES.items()}
    return tuple((pair, sizes[pair]) for pair in dict.fromkeys(_sizes(design)))
