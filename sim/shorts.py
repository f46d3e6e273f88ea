"""What is wrong with a node's wires: pins that touch ground or the supply, pins that touch each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Shorts:
    """Attributes
    ----------
    rails : level by pin that touches ground (False) or the supply (True). bridges : pairs of pins that touch.
    """

    rails: dict[str, bool] = field(default_factory=dict)
    bridges: list[tuple[str, str]] = field(default_factory=list)

    def level(
        self, pin: str, line: Callable[[], bool] | None, outputs: Mapping[str, bool], pull: str | None
    ) -> bool:
        """What an input reads that `line` drives; one that nothing drives follows its pull."""
        if pin in self.rails:
            return self.rails[pin]
        if line is not None:
            return line()
        touched = [one for pair in self.bridges if pin in pair for one in pair if one in outputs]
        return outputs[touched[0]] if touched else pull == "UP"

    def grounded(self, *pins: str) -> bool:
        """Whether one of them touches ground."""
        return any(self.rails.get(pin) is False for pin in pins)
