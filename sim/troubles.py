"""What a garden and a winter do to a panel and a cell beyond the weather file: shade, snow, heat, frost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.sky import Sky
from sim.snow import THROUGH_SNOW
from sim.weather import HOURS, Weather


@dataclass(frozen=True, slots=True)
class Troubles:
    """Attributes
    ----------
    shade : share of all light that reaches the panel, 0..1.
    snow : (day, days) of the run in which snow lies on it. spell : (day, days, C) of the run in which the air
    is held at or below (negative) or at or above (positive) a temperature.
    """

    shade: float = 1.0
    snow: tuple[float, float] | None = None
    spell: tuple[float, float, float] | None = None

    def on_weather(self, weather: Weather, start_day: int) -> Weather:
        """The weather with its cold or hot spell."""
        if self.spell is None:
            return weather
        day, days, limit_C = self.spell
        hours = (np.arange(round(days * 24)) + round((start_day + day) * 24)) % HOURS
        air = weather.temp_air.copy()
        air[hours] = np.minimum(air[hours], limit_C) if limit_C < 0.0 else np.maximum(air[hours], limit_C)
        return replace(weather, temp_air=air)

    def on_sky(self, sky: Sky) -> Sky:
        """The sky as a shaded, snowed-up panel sees it; less light also warms it less."""
        passes = np.full(HOURS, self.shade)
        if self.snow is not None:
            day, days = self.snow
            passes[(np.arange(round(days * 24)) + round(day * 24)) % HOURS] *= THROUGH_SNOW
        if (passes == 1.0).all():
            return sky
        air = np.array(sky.air_C)
        return replace(
            sky,
            poa_W_m2=(passes * sky.poa_W_m2).tolist(),
            absorbed_W_m2=(passes * sky.absorbed_W_m2).tolist(),
            panel_C=(air + passes * (np.array(sky.panel_C) - air)).tolist(),
        )
