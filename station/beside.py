"""What runs beside the station's server, and ends with it: forecasts, alerts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from station.alerts import Alerts
from station.forecasting import Forecasts

#: After a fault of its own a companion is started again, s.
AGAIN_s = 60.0


@asynccontextmanager
async def beside(
    forecasts: Forecasts, alerts: Alerts | None, trouble: Callable[[str], None]
) -> AsyncIterator[None]:
    """Run them while the body runs."""
    runs = [forecasts.run, *([alerts.run] if alerts else [])]
    tasks = [asyncio.create_task(_kept_up(run, trouble)) for run in runs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept_up(run: Callable[[], Coroutine[Any, Any, None]], trouble: Callable[[str], None]) -> None:
    """Whatever fails there must not end the receiving of pictures, nor be lost."""
    while True:
        try:
            await run()
        except Exception as error:
            trouble(f"A fault beside the receiving: {type(error).__name__}: {error}")
        await asyncio.sleep(AGAIN_s)
