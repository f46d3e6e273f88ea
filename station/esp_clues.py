"""What an ESP chip's straps and fuses say of causes that one cannot see from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from station.errors import StationError

#: The pin whose level at reset chooses the flash's voltage (ESP32 series datasheets, "Strapping Pins").
VOLTAGE_PIN = {"ESP32": "GPIO12 (MTDI)", "ESP32-S2": "GPIO45", "ESP32-S3": "GPIO45"}
ENCRYPTED = (
    "The chip says: its flash is encrypted for good by a fuse, so a plain image cannot start (cause 6)."
)


def clues_of(esp: Any) -> tuple[str, ...]:
    """Sentences, none if all is as on a new board. `esp` is esptool's, just connected."""
    found = []
    if pin := _low_volts_by_strap(esp):
        found.append(
            f"The chip says: {pin} was high at its reset, so its flash runs at 1.8 V (cause 4), which is "
            "right for few modules only."
        )
    if not esp.secure_download_mode and esp.get_flash_encryption_enabled():
        found.append(ENCRYPTED)
    return tuple(found)


def _low_volts_by_strap(esp: Any) -> str:
    """The pin that chose 1.8 V; "" if none did, or a fuse overrules it."""
    pin = VOLTAGE_PIN.get(esp.CHIP_NAME, "")
    if not pin or esp.read_reg(esp.EFUSE_VDD_SPI_REG) & esp.VDD_SPI_FORCE:
        return ""
    return pin if esp.read_reg(esp.GPIO_STRAP_REG) & esp.GPIO_STRAP_VDDSPI_MASK else ""


@contextmanager
def also(clues: tuple[str, ...]) -> Iterator[None]:
    """Inside, an error says the clues as well."""
    try:
        yield
    except StationError as problem:
        problem.args = (" ".join((str(problem), *clues)),)
        raise
