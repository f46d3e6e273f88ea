"""What runs beside the station's server, and ends with it: forecasts, alerts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from station.forecasting import Forecasts
from station.store import Store

if TYPE_CHECKING:
    from station.alerts import Alerts

Say = Callable[[str], None]


class Companion(Protocol):
    """Something that runs until it is cancelled."""

    async def run(self) -> None:
        """Run."""


#: After a fault of its own a companion is started again, s.
AGAIN_s = 60.0


@dataclass(frozen=True, slots=True)
class Pages:
    """What the owner wants of pages and alerts. weather : a file, "" the default site's. webhook : or ""."""

    weather: str = ""
    webhook: str = ""
    heartbeats: float = 3.0

    def forecasts(self, store: Store, trouble: Say) -> Forecasts:
        """The forecasts of a station."""
        return Forecasts(store, self.weather, trouble)

    def alerts(self, store: Store, trouble: Say) -> Alerts | None:
        """Its alerts, if they go anywhere."""
        if not self.webhook:
            return None
        from station.alerts import Alerts  # large, for whoever wants none

        return Alerts(store, self.webhook, self.heartbeats, trouble)


@asynccontextmanager
async def beside(
    forecasts: Forecasts, alerts: Alerts | None, trouble: Say, *more: Companion
) -> AsyncIterator[None]:
    """Run them, and what else there is, while the body runs."""
    runs = [forecasts.run, *([alerts.run] if alerts else []), *(one.run for one in more)]
    tasks = [asyncio.create_task(_kept_up(run, trouble)) for run in runs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept_up(run: Callable[[], Coroutine[Any, Any, None]], trouble: Say) -> None:
    """Whatever fails there must not end the receiving of pictures, nor be lost."""
    while True:
        try:
            await run()
        except Exception as error:
            trouble(f"A fault beside the receiving: {type(error).__name__}: {error}")
        await asyncio.sleep(AGAIN_s)
