"""Tell panel, shade and clouds apart, from nothing but currents against those of a clear sky.

The sun passes the same places day by day, so a row has a day and a place. What stands between panel and sun
belongs to the place, clouds to the day, the panel to all of them:

    current = scale * haze(day) * clear(place, passes(place))    in a clear row
    current = anything up to what the place allows               in a cloudy one

Each day is a chain of clear and cloudy rows; each season's places are a chain of shares that pass, most of
them 1. Both are worked out in turns, given the other (variational Bayes), scale and each day's haze in
between. Nothing is taken for shade that was not seen under a sky that was clear before and after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray

Mask = NDArray[np.bool_]

#: Shares of the sun that may pass a place.
SHARES: FloatArray = np.linspace(0.0, 1.0, 26)
#: Deviation of a clear row from the model, share; and of a dark place's, share of the open one. Ours.
CLEAR_OFF, DARK_OFF = 0.035, 0.012
#: More of it where the light comes a long way, per airmass above 2: turbidity is that of the month.
LONG_WAY_OFF = 0.012
#: Deviation of a day's haze. Source: daily Linke turbidity differs by a fifth, which is 4 % of the light.
HAZE_OFF = 0.04
#: Clouds: how bright they may make an open place and any place, share of the clear open one. Source:
#: pyranometers see 1.2 to 1.4 for minutes, ten-minute means seldom more than 1.25.
BRIGHTEST, BRIGHT_CLOUDS = 1.25, 0.25
#: How long clear and cloudy weather last, min, and how far one thing's shade reaches, min of the sun's way.
LASTS_min, REACHES_min = 150.0, 90.0
#: Share of places without shade. Ours: gardens have trees, and a false alarm is worse than a missed twig.
OPEN_PRIOR = 0.8
#: What an hour of shade must earn before it is believed, log probability. Ours.
DOUBT = 2.0
#: Share of the lit places that are open at least: a veil over all of them is a smaller panel.
OPEN_LEAST = 0.25
#: How far the scale may lie from that of the brightest rows, log. Ours: it holds weeks without clear rows.
SCALE_OFF = 0.15
#: Against shade where it may not be, log probability.
NEVER = 1e6
#: Scales that a fit begins at, times that of the brightest rows; its rounds at most.
STARTS, ROUNDS = (1.1, 1.0, 0.9), 40


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is fitted; arrays of shape (days, places) but for those that say otherwise.

    Attributes
    ----------
    ratio : current over that of the open place under a clear sky. used : rows that tell something.
    passes : current of a clear row over that of the open place, for each of SHARES; (days, places, shares).
    off : relative deviation of a clear row. season : of each day, 0, 1, ...; shape (days,).
    step_min : length of a row.
    """

    ratio: FloatArray
    used: Mask
    passes: FloatArray
    off: FloatArray
    season: NDArray[np.intp]
    step_min: float

    @property
    def seasons(self) -> int:
        """How many there are."""
        return int(self.season[-1]) + 1

    def at(self, places: NDArray[np.intp]) -> Rows:
        """Some of the places."""
        return replace(
            self, ratio=self.ratio[:, places], used=self.used[:, places], passes=self.passes[:, places],
            off=self.off[:, places],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What was found.

    Attributes
    ----------
    scale : currents over those of the model's panel. clear : probability that a row was clear, (days,
    places). haze : of each day, 1 is usual, (days,). share : probability of each of SHARES, (seasons, places,
    shares). evidence : log probability, to compare fits of the same rows. gain : of the days alone, over
    clouds throughout, to compare those of other rows as well; gain_h : as if rows were hours. clear_rows,
    clear_h : rows and hours that the scale rests on.
    """

    scale: float
    clear: FloatArray
    haze: FloatArray
    share: FloatArray
    evidence: float
    gain: float
    clear_rows: float
    clear_h: float
    gain_h: float


def fit(rows: Rows, may: Mask | None = None) -> Fit:
    """The best of the fits that begin at several scales around the brightest rows.

    `may` : places that may be in shade, (seasons, places); None: all of them.
    """
    bright = float(np.quantile(rows.ratio[rows.used], 0.9))
    allowed = np.ones((rows.seasons, rows.ratio.shape[1]), dtype=np.bool_) if may is None else may
    lit = np.flatnonzero(rows.used.any(axis=0))
    part = rows.at(lit)
    found = [_fit_from(part, bright, start, allowed[:, lit]) for start in STARTS]
    return _whole(max(found, key=lambda one: one.evidence), rows, lit)


def _whole(part: Fit, rows: Rows, lit: NDArray[np.intp]) -> Fit:
    """A fit of the lit places as one of all."""
    clear = np.zeros_like(rows.ratio)
    clear[:, lit] = part.clear
    share = np.zeros((rows.seasons, rows.ratio.shape[1], len(SHARES)))
    share[:, :, -1] = 1.0
    share[:, lit] = part.share
    return replace(part, clear=clear, share=share)


def earned(rows: Rows, found: Fit, season: int, places: NDArray[np.intp]) -> float:
    """What the shade of some places explains, log probability: against the same weather without it."""
    sunny, cloudy = _emissions(rows, found.scale, found.haze)
    bare = found.share.copy()
    bare[season, places] = 0.0
    bare[season, places, -1] = 1.0
    with_it, without = (
        _weather(rows, _over(sunny, share[rows.season]), _over(cloudy, share[rows.season]))[1]
        for share in (found.share, bare)
    )
    return with_it - without


def _fit_from(rows: Rows, bright: float, start: float, may: Mask) -> Fit:
    share = np.zeros((rows.seasons, rows.ratio.shape[1], len(SHARES)))
    share[:] = (1.0 - OPEN_PRIOR) / (len(SHARES) - 1)
    share[:, :, -1] = OPEN_PRIOR
    haze = np.ones(len(rows.ratio))
    clear = np.zeros_like(rows.ratio)
    evidence, scale = -np.inf, bright * start
    for _ in range(ROUNDS):
        sunny, cloudy = _emissions(rows, scale, haze)
        expect = share[rows.season]
        clear, weather = _weather(rows, _over(sunny, expect), _over(cloudy, expect))
        share, places = _places(rows, sunny, cloudy, clear, may)
        total = weather + places - 0.5 * (np.log(scale / bright) / SCALE_OFF) ** 2
        new_scale, haze, counted = _level(rows, share, clear, bright)
        moved, scale = abs(new_scale / scale - 1.0), new_scale
        if moved < 2e-4 and abs(total - evidence) < 0.05:
            break
        evidence = total
    gain = weather + float(rows.used.sum()) * float(np.log(BRIGHTEST * scale))
    hours, count = rows.step_min / 60.0, float(counted.sum())
    return Fit(scale, clear, haze, share, evidence, gain, count, count * hours, gain * hours)


def _emissions(rows: Rows, scale: float, haze: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log densities of each row's ratio if it is clear and if it is cloudy, by share; 0 where unused."""
    level = scale * haze[:, None, None] * rows.passes
    deviation = scale * np.hypot(rows.off[:, :, None] * rows.passes, DARK_OFF)
    ratio = rows.ratio[:, :, None]
    sunny = -0.5 * ((ratio - level) / deviation) ** 2 - np.log(deviation * np.sqrt(2.0 * np.pi))
    most = scale * np.maximum(BRIGHTEST * rows.passes, rows.passes + BRIGHT_CLOUDS)
    over = np.maximum(ratio - most, 0.0) / (0.05 * scale)
    cloudy = -0.5 * over**2 - np.log(BRIGHTEST * scale)
    used = rows.used[:, :, None]
    return np.where(used, sunny, 0.0), np.where(used, cloudy, 0.0)


def _over(logs: FloatArray, chance: FloatArray) -> FloatArray:
    """Log density of each row over all shares that its place may have."""
    top = logs.max(axis=-1)
    return np.asarray(top + np.log((np.exp(logs - top[..., None]) * chance).sum(axis=-1) + 1e-300))


def _weather(rows: Rows, sunny: FloatArray, cloudy: FloatArray) -> tuple[FloatArray, float]:
    """Probability of clear for each row, by the chain of its day; and the days' log probability."""
    turn = 0.5 * (1.0 - np.exp(-rows.step_min / LASTS_min))
    logs = np.stack((sunny, cloudy), axis=-1)
    chain = np.array([[1.0 - turn, turn], [turn, 1.0 - turn]])
    posterior, total = _chain(logs, chain, np.array([0.4, 0.6]))
    return posterior[:, :, 0], float(total.sum())


def _places(
    rows: Rows, sunny: FloatArray, cloudy: FloatArray, clear: FloatArray, may: Mask
) -> tuple[FloatArray, float]:
    """Probability of each share for each season's places, by the chain along the sun's way."""
    told = clear[:, :, None] * sunny + (1.0 - clear[:, :, None]) * cloudy
    logs = np.stack([told[rows.season == one].sum(axis=0) for one in range(rows.seasons)])
    logs[:, :, :-1] -= np.where(may, DOUBT * rows.step_min / 60.0, NEVER)[:, :, None]
    # the same rows stand in the weather's log probability already: what counts here is the difference
    flat = logs[:, :, -1].sum()
    prior = np.full(len(SHARES), (1.0 - OPEN_PRIOR) / (len(SHARES) - 1))
    prior[-1] = OPEN_PRIOR
    posterior, total = _chain(logs, _reach(rows.step_min, prior), prior)
    return posterior, float(total.sum() - flat)


def _reach(step_min: float, prior: FloatArray) -> FloatArray:
    """From one place to the next: mostly the same share, sometimes one beside it, sometimes any."""
    jump = 1.0 - np.exp(-step_min / REACHES_min)
    count = len(SHARES)
    near = 0.8 * np.eye(count) + 0.1 * np.eye(count, k=1) + 0.1 * np.eye(count, k=-1)
    near[-1] = near[0] = 0.0
    near[-1, -1] = near[0, 0] = 1.0
    near /= near.sum(axis=1, keepdims=True)
    return np.asarray((1.0 - jump) * near + jump * prior)


def _chain(logs: FloatArray, step: FloatArray, first: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Forward and backward along the second axis; (probabilities, log probability of each chain)."""
    top = logs.max(axis=-1)
    seen = np.exp(logs - top[..., None])
    count = logs.shape[1]
    ahead, scale = np.empty_like(seen), np.empty(seen.shape[:2])
    now = np.broadcast_to(first, seen[:, 0].shape)
    for at in range(count):
        now = (now if at == 0 else now @ step) * seen[:, at]
        scale[:, at] = now.sum(axis=-1)
        now = now / scale[:, at, None]
        ahead[:, at] = now
    back = np.ones_like(seen)
    for at in range(count - 2, -1, -1):
        back[:, at] = ((back[:, at + 1] * seen[:, at + 1]) @ step.T) / scale[:, at + 1, None]
    both = ahead * back
    return both / both.sum(axis=-1, keepdims=True), (np.log(scale) + top).sum(axis=1)


def _level(
    rows: Rows, share: FloatArray, clear: FloatArray, bright: float
) -> tuple[float, FloatArray, FloatArray]:
    """Scale and haze from the clear rows; and how much each row counted."""
    passes = rows.passes / _most_open(rows, share)
    expected = (passes * share[rows.season]).sum(axis=-1)
    deviation = np.hypot(rows.off * expected, DARK_OFF)
    weight = np.where(rows.used, clear * (expected / deviation) ** 2, 0.0)
    level = np.where(rows.used, rows.ratio / np.maximum(expected, 1e-6), 0.0)
    # rows of one hour share their error: a day of them counts as a few
    per_day = np.maximum(min(1.0, rows.step_min / 60.0) * weight.sum(axis=1), 1e-9)
    day_level = (weight * level).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    own = 1.0 / (1.0 / per_day + HAZE_OFF**2)
    held = 1.0 / SCALE_OFF**2
    scale = float(((own * day_level).sum() + held * bright) / (own.sum() + held))
    pull = HAZE_OFF**2 / (HAZE_OFF**2 + 1.0 / per_day)
    haze = 1.0 + pull * (day_level / scale - 1.0)
    return scale, np.clip(haze, 0.85, 1.15), weight * rows.off**2


def _most_open(rows: Rows, share: FloatArray) -> float:
    """What the most open places let pass: 1, unless a veil was laid over all of them."""
    lit = rows.used.any(axis=0)
    through = np.sort((share * SHARES).sum(axis=-1)[:, lit].reshape(-1))
    return float(through[int((1.0 - OPEN_LEAST) * (len(through) - 1)) :].mean())
