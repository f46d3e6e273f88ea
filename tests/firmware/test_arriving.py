"""BOOT and TRIAGE of the wakes that are not plain motion: safe mode behind them, or no room for a picture."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import DeepSleep


def test_safe_mode_begins_a_new_life_even_if_the_record_explains_the_wake(
    bench: Any, reason: dict[str, int]
) -> None:
    """safemode.py's own sleep ends by timer, as the sleep before it: the record fits, and is old."""
    bench.pir_high = True
    wake = bench.awake()
    wake.record.soc = 80
    with pytest.raises(DeepSleep):
        bench.load("resting").sleep_now(wake)
    old = bench.load("torpor.record").Record()
    old.load(bench.sleep_memory)
    assert old.valid and old.sleep_s > 0
    bench.nvm[528] = 0  # safemode.py ran once
    bench.reset("SOFTWARE", "time")
    wake = bench.awake()
    assert wake.record.cause == bench.load("torpor.wakeup").TIMER
    told = bench.events(wake.journal.entries)
    assert (reason["SAFE_MODE"], 1) in told and (reason["NEW_LIFE"], 0) in told
    assert wake.record.boot != old.boot  # no picture may get a key that another one has


def test_a_full_drive_does_not_keep_the_node_from_the_next_session(
    bench: Any, reason: dict[str, int]
) -> None:
    """No room and no Wi-Fi at this wake: the picture is refused, but the wakes until the next try count."""
    wake = bench.awake()
    bench.load("torpor.battery").measure(wake)
    record, machine = wake.record, bench.load("torpor.machine")
    record.cause = bench.load("torpor.wakeup").PIN
    record.flags |= bench.load("torpor.flags").FULL
    record.skip_links = 2
    for left in (1, 0):
        assert bench.load("arriving").triage(wake) == machine.SKIP
        assert record.skip_links == left
    assert bench.events(wake.journal.entries).count((reason["NO_SPACE"], 0)) == 2
    assert bench.load("arriving").triage(wake) == machine.OK
