"""`bench policy`: the node's own decisions beside its peers' and the clairvoyant's (rules: policy_rules)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.contract import Figure, Progress, Result
from benchmarks.policy_cells import Cell, cell, cells, weather_file
from benchmarks.policy_rules import (
    CHARGE,
    DAY_VALUE,
    DEMANDS,
    SCARCE_DAYS,
    SITES,
    SMALL_VALUE,
    START_DAY,
    TUNING,
)
from benchmarks.policy_trials import confirmed, days_without_sun, tried
from sim.bound_dp import lived
from sim.kernel import ALWAYS_ON, EWMA, FIXED, GREEDY, NONE, OURS, RAMP, Node, Year, run_year
from sim.kernel_prices import config_of
from sim.nodefile import node_values
from sim.policy_source import plain
from sim.weather import read_weather

#: What one picture at a time needs of the spool.
ONE = {"spool": 1}
#: The plain ramp on charge: nothing at 20 %, everything at 100 %.
PLAIN = {"low_pct": 20, "full_pct": 100}


@dataclass(frozen=True, slots=True)
class Policy:
    """A line of the scoreboard: who decides, and what differs in its configuration."""

    name: str
    who: int
    settings: Mapping[str, int]
    share: float = 1.0
    batch: bool = False
    latitude: bool = True

    def node(self, cell: Cell) -> Node:
        """The node of this policy in a cell."""
        course = plain()["course"](round(cell.weather.latitude), 60) if self.latitude else plain()["flat"]()
        rows = node_values(cell.design)
        cell_J, harvest_J, base_J = (int(str(rows[name])) for name in ("CELL_J", "HARVEST_J", "BASE_J"))
        config = {**config_of(cell.design), **self.settings}
        return Node(self.who, config, course, (cell_J, harvest_J, base_J), self.share, batch=self.batch)


POLICIES = (
    Policy("ours", OURS, {}, batch=True),
    Policy("ours_no_latitude", OURS, {}, batch=True, latitude=False),
    Policy("ramp", RAMP, {**PLAIN, **ONE}),
    Policy("ramp_batched", RAMP, PLAIN, batch=True),
    Policy("ewma", EWMA, ONE),
    Policy("fixed", FIXED, ONE, share=0.25),
    Policy("greedy", GREEDY, ONE),
    Policy("no_policy", NONE, ONE),
    Policy("always_on", ALWAYS_ON, ONE),
)


def live(cell: Cell, policy: Policy) -> Year:
    """One policy's year in one cell."""
    return run_year(
        cell.plant, cell.prices, cell.motions, policy.node(cell), DAY_VALUE, cell.ordinary, CHARGE,
        START_DAY * 24, small_value=SMALL_VALUE,
    )  # fmt: skip


def counts(cell: Cell) -> bool:
    """Whether a cell says anything: elsewhere every policy serves everybody."""
    return cell.bound.scarce >= SCARCE_DAYS


def score(cell: Cell, year: Year) -> dict[str, Figure]:
    """What one policy came to in one cell."""
    pictures = year.total("pictures")
    return {
        "fraction_of_bound": round(year.total("worth") / cell.bound.worth, 4) if cell.bound.worth else None,
        "hours_down": round(year.total("down_h")),
        "hours_locked": round(year.total("locked_h")),
        "worst_30_days": round(_worst(year), 3),
        "mJ_per_picture": round(1000 * year.total("load_J") / pictures) if pictures else None,
        "lowest_charge": round(float(year.hour_soc.min()), 3),
    }


#: A share of the bound below which it is asked how much of the rest was there to be had.
HARD = 0.9


def _is_hard(cell: Cell, ours: Mapping[str, Figure]) -> bool:
    return bool(ours["hours_down"]) or float(str(ours["fraction_of_bound"] or 0)) < HARD


def _lived(cell: Cell, ours: Mapping[str, Figure]) -> dict[str, Figure]:
    """What a clairvoyant who lives in the kernel's own plant comes to there, and ours beside it."""
    fits = int(str(node_values(cell.design)["SPOOL_FITS"])) + 1
    best = lived(cell.plant, cell.prices, cell.motions, fits, DAY_VALUE, cell.ordinary, CHARGE)
    ours_worth = float(str(ours["fraction_of_bound"] or 0)) * cell.bound.worth
    return {
        "lived_worth": round(best.worth, 1),
        "lived_hours_down": best.down_h,
        "ours_of_lived": round(ours_worth / best.worth, 4) if best.worth else None,
    }


def _worst(year: Year) -> float:
    """Value of the 30 days in a row that were worth least, as a share of the year's mean."""
    worth = year.days["worth"]
    sums = [float(worth[day : day + 30].sum()) for day in range(len(worth) - 30)]
    return min(sums) / max(1e-9, float(worth.mean()) * 30)


def run(progress: Progress) -> Result:
    """The whole scoreboard."""
    table: dict[str, dict[str, Figure]] = {}
    kept: dict[str, dict[str, dict[str, Figure]]] = {}
    skipped = 0
    total = len(SITES) * 12
    for done, one in enumerate(cells()):
        progress(f"{one.name}", 0.8 * done / total)
        if not counts(one):
            skipped += 1
            continue
        scores = {policy.name: score(one, live(one, policy)) for policy in POLICIES}
        kept[one.name] = scores
        table[one.name] = {
            "for": "tuning" if one.site in TUNING else "judging",
            "feasible": one.bound.down_days == 0.0,
            "bound_worth": round(one.bound.worth, 1),
            "scarce_days": one.bound.scarce,
            **(_lived(one, scores["ours"]) if _is_hard(one, scores["ours"]) else {}),
            **scores,
        }
    judged = [name for name, row in table.items() if row["for"] == "judging" and row["feasible"]]
    figures: dict[str, Figure] = {policy.name: _figures(policy.name, kept, judged) for policy in POLICIES}
    figures["judged_cells"] = list(judged)
    figures["cells"] = table
    figures["days_without_sun"] = _autonomy()
    figures["robustness"] = tried(POLICIES[0].node, lambda what: progress(what, 0.8))
    figures["confirmed"] = dict(confirmed(POLICIES[0].node, lambda what: progress(what, 0.9)))
    figures["cells_without_scarcity"] = skipped
    figures["sites_not_fetched"] = [site for site in SITES if weather_file(site) is None]
    return Result(figures)


def _autonomy() -> dict[str, Figure]:
    """Days without sun from a full cell, in the default garden."""
    path = weather_file("Greensboro")
    assert path is not None
    home = cell("Greensboro", read_weather(path), 2.0, "NMC", DEMANDS[0])
    return {
        policy.name: days_without_sun(home, policy.node(home))
        for policy in POLICIES
        if policy.name in ("ours", "no_policy", "always_on")
    }


#: A ramp that reaches so much of the bound leaves no gap to close.
NO_GAP = 0.99


def _figures(
    name: str, kept: Mapping[str, Mapping[str, Mapping[str, Figure]]], judged: list[str]
) -> dict[str, Figure]:
    """A policy's figures over the cells that judge, all of which the clairvoyant lives through."""

    def of(figure: str, policy: str = name) -> list[float]:
        return [float(str(kept[cell][policy][figure] or 0)) for cell in judged]

    ours, ramps = of("fraction_of_bound"), of("fraction_of_bound", "ramp")
    closed = [(one - ramp) / (1.0 - ramp) for one, ramp in zip(ours, ramps, strict=True) if ramp < NO_GAP]
    return {
        "median_fraction_of_bound": round(median(ours), 3),
        "worst_fraction_of_bound": round(min(ours), 3),
        "hours_down": round(sum(of("hours_down"))),
        "hours_locked": round(sum(of("hours_locked"))),
        "gap_closed": round(median(closed), 3),
        "worst_gap_closed": round(min(closed), 3),
        "mJ_per_picture": round(median(of("mJ_per_picture"))),
    }
