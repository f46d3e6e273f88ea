"""The rules of `bench policy`: what a day's pictures are worth, who comes by, where, and what is for tuning.

Written down before anything was tuned. A change here changes every score, so it needs a reason in its commit.

Value of a day: pictures at home that show a visitor in daylight. The first quarter of an ordinary day's
visitors counts fully, the next quarter half, the next half a fifth, and twice as much again a twentieth: a
day without any picture is worse than two half days are good. A small picture counts half. Days add up.

A node is *down* while its protection has cut the supply, *locked* while it takes no pictures to save itself.
Value is judged together with hours down; watt-hours are no score.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.air import Link
from sim.troubles import Troubles
from sim.visitors import Garden

#: (share of an ordinary day's visitors in daylight, value of each picture within it).
DAY_VALUE = ((0.25, 1.0), (0.25, 0.5), (0.5, 0.2), (1.0, 0.05))
#: Value of a small picture. The rule of the score, not a measurement.
SMALL_VALUE = 0.5
#: A cell counts only if serving everybody would take more than the sun gives on at least so many days.
SCARCE_DAYS = 30
#: First day (1 July: the winter lies in the middle), days, and charge at the start.
START_DAY, DAYS, CHARGE = 181, 365, 0.8
DESIGN = "pico-w-arducam-2mp"


@dataclass(frozen=True, slots=True)
class Demand:
    """Who comes by, and how the pictures go home.

    Attributes
    ----------
    troubles : shade.
    """

    name: str
    garden: Garden = field(default_factory=Garden)
    link: Link = field(default_factory=Link)
    troubles: Troubles = field(default_factory=Troubles)


#: The default garden; and a hard one: half shade, a busy feeder, Wi-Fi at -80 dBm (slow, and every seventh
#: join fails; assumption: 802.11n falls from 20 to about 1 Mbit/s there, and a Pico W's stack halves that).
DEMANDS = (
    Demand("garden"),
    Demand(
        "hard",
        Garden(visitors_per_day=120.0, false_per_day=60.0),
        Link(join_s=6.0, join_fails=0.15, rate_B_s=25_000.0, stall=0.02, drop=0.0005),
        Troubles(shade=0.5),
    ),
)
#: Panels by label, W, as shares of the design's 2 W panel.
PANELS_W = (0.5, 1.0, 2.0)
#: Cell, charger and protection of each chemistry.
CHEMISTRIES = {
    "NMC": ("nmc-18650-3000", "tp4056", "dw01"),
    "LFP": ("lfp-18650-1500", "cn3158", "lfp-protection"),
}
#: Site: where its weather lies. "wheel": in pvlib; "sdist": in pvlib's source archive, fetched when needed.
SITES = {
    "Greensboro": ("wheel", "723170TYA.CSV"),
    "Amsterdam": ("sdist", "NLD_Amsterdam062400_IWEC.epw"),
    "Miami": ("wheel", "12839.tm2"),
    "Sand Point": ("wheel", "703165TY.csv"),
    "Piedmont": ("sdist", "tmy_45.000_8.000_2005_2023.json"),
}
#: These two are for tuning; the others judge.
TUNING = frozenset(("Greensboro", "Amsterdam"))
#: Cells that a full run of the twin confirms: site, panel, chemistry, demand.
CONFIRMED = (
    ("Greensboro", 0.5, "NMC", "hard"),
    ("Greensboro", 0.5, "NMC", "garden"),
    ("Miami", 0.5, "NMC", "hard"),
    ("Miami", 0.5, "LFP", "garden"),
    ("Sand Point", 1.0, "NMC", "garden"),
    ("Sand Point", 2.0, "LFP", "hard"),
)
