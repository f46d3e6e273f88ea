"""The tabulated policy is `decide()` itself."""

from __future__ import annotations

import numpy as np
import pytest

from boards import load_design
from sim.kernel import Prices
from sim.kernel_prices import config_of
from sim.odds.rules import BATCH_BIT, KEEP_BIT, SMALL_BIT, SOCS, mJ, rules
from sim.policy_source import order, plain

PRICES = Prices(0.0074, 0.0074, 0.3, 1.4, 0.6, 0.8, 0.5, 1.2, 0.7, 1.6, 0.008, 42.0, 9.5)


def asked(soc: int, allow: int, config: dict[str, int], **known: int) -> int:
    space, (whole, little, join) = plain(), mJ(PRICES)
    values = {"soc": soc, "allow": allow, "mV": 4000, "load_mV": 4000, "left_s": 60, "is_dark": 1}
    values |= {"picture_mJ": whole, "small_mJ": little, "join_mJ": join} | known
    action, _ = space["decide"](
        tuple(values.get(name, 0) for name in order("Snapshot")),
        tuple(config[name] for name in order("Config")),
    )
    return int(action)


def test_every_line_is_what_decide_says() -> None:
    config = config_of(load_design("pico-w-arducam-2mp"))
    table = rules("ours", config, PRICES).table.reshape(-1, SOCS)
    space = plain()
    for allow in (0, 1, 17, 100, 101, 251):
        for soc in range(SOCS):
            line = int(table[allow, soc])
            share, batch = line & 1023, line >> BATCH_BIT & 255
            for credit in (0, 500, 999):
                goes = asked(soc, allow, config, question=space["CAMERA"], credit=credit)
                assert goes == (credit + share >= 1000), (allow, soc, credit)
            assert line >> KEEP_BIT & 1 == asked(soc, allow, config, question=space["KEEP"])
            assert line >> SMALL_BIT & 1 == asked(soc, allow, config, question=space["TIER"])
            for waiting in (batch - 1, batch):
                sends = asked(soc, allow, config, question=space["LINK"], waiting=waiting)
                assert sends == (waiting > 0 and waiting >= batch), (allow, soc, waiting)


def test_lock_out_begins_and_ends_where_decide_says() -> None:
    config = config_of(load_design("pico-w-arducam-2mp"))
    low, high, _ = rules("ours", config, PRICES).lock
    space = plain()
    for soc in range(SOCS):
        assert asked(soc, 0, config, question=space["LOCK"]) == (soc < low)
        assert asked(soc, 0, config, question=space["LOCK"], locked=1) == (soc < high)


@pytest.mark.parametrize("policy", ["greedy", "always_on", "fixed"])
def test_plain_siblings_are_flat(policy: str) -> None:
    table = rules(policy, config_of(load_design("pico-w-arducam-2mp")), PRICES).table
    assert len(np.unique(table)) == 1
    assert int(table[0]) & 1023 == (250 if policy == "fixed" else 1000)
