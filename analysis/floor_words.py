"""The sleep floor in sentences."""

from __future__ import annotations

from .amounts import current_text as current
from .floor import HIDDEN, NONE, RECKONED, STATED, ZEROED, Floor
from .floor_share import Part
from .magnitudes import percent, span
from .rests import NOTHING_RUNS_V

#: A share below this is worth no second thought.
SMALL = 0.01
#: The meter's gain is worth a word where it is more than this part of the doubt.
GAIN_WORTH = 0.5


def floor_sentences(floor: Floor) -> tuple[str, ...]:
    """What it is, why it is no surer, how much it matters."""
    if floor.how == NONE:
        return ("The node never rests in this log, so nothing is known of its sleep.",)
    found = [_value(floor), *_why(floor), *_rests(floor), *_lost(floor), *floor.notes, *_share(floor)]
    return tuple(found)


def _value(floor: Floor) -> str:
    asleep = "Asleep it takes" if _wakes(floor) else "All the time, which may be asleep or awake, it takes"
    if floor.how == STATED:
        return f"Asleep it takes {current(floor.value_mA, floor.off_mA)}, as you said."
    if floor.how == RECKONED:
        return (
            f"Asleep it takes {current(floor.value_mA)} by the node's own prices: it has not measured its "
            "sleep, so this tells nothing new. Say what you know with --sleep-current."
        )
    if floor.how == HIDDEN and floor.readings:
        step_mA = floor.readings.step_mA or floor.meter.step_mA
        return (
            f"{asleep} less than {current(floor.high_mA)}: {percent(floor.readings.zeros)} of the "
            f"readings are exactly zero, so the meter's steps of {current(step_mA)} hide the rest."
        )
    if floor.backwards:
        return (
            f"At rest the current flows backwards, {current(floor.value_mA)} on average: something charges, "
            "or the meter sits the other way round (--invert)."
        )
    if floor.below:
        return (
            f"{asleep} less than {current(floor.high_mA)}: the mean is {current(floor.value_mA)}, "
            "which the worst of such meters would show without any current."
        )
    return f"{asleep} {current(floor.value_mA, floor.off_mA)}."


def _wakes(floor: Floor) -> bool:
    """Whether the log shows the node awake as well."""
    return floor.share is None or floor.share.awake_s > 0.0


def _why(floor: Floor) -> list[str]:
    """Where the uncertainty comes from."""
    readings, meter = floor.readings, floor.meter
    if readings is None or meter.worst_mA == 0.0:
        return []
    said = ["A single reading tells no more."]
    if readings.count > 1:
        said = [
            f"{readings.count:,} readings, worth {readings.independent:,.0f} independent ones, tell their "
            f"mean to \N{PLUS-MINUS SIGN}{current(readings.scatter_mA)}."
        ]
    if readings.hidden_mA > 0.1 * readings.scatter_mA and readings.hidden_mA > 0.0:
        said.append(
            f"Rounding to steps of {current(readings.step_mA)} may hide {current(readings.hidden_mA)} more."
        )
    if floor.how == ZEROED:
        said.append(f"Its zero was taken off; it may have moved by {current(meter.drift_mA)} since.")
    else:
        assumed = f" ({meter.assumed})" if meter.assumed else ""
        said.append(
            f"The zero of {meter.one} may be off by {current(meter.worst_mA)} at worst, "
            f"{current(meter.typical_mA)} typically{assumed}; a recording with the load unplugged "
            "(--zero) takes that away."
        )
    gain_mA = meter.gain * abs(floor.value_mA)
    if gain_mA > GAIN_WORTH * floor.off_mA:
        said.append(f"Its gain may be off by {percent(meter.gain)}, which is {current(gain_mA)} here.")
    if floor.input_mA > 0.0:
        said.append(f"About {current(floor.input_mA)} of it are what the meter's own inputs take.")
    return said


def _rests(floor: Floor) -> list[str]:
    if len(floor.rests) < 2:
        return []
    each = ", ".join(f"{current(rest.mA)} for {span(rest.seconds)} ({rest.name})" for rest in floor.rests)
    return [f"It has {len(floor.rests)} ways to rest: {each}. The floor is their mean over time."]


def _lost(floor: Floor) -> list[str]:
    """A voltage at which no board runs is no sleep."""
    if floor.lost <= 0.0:
        return []
    return [
        f"For {percent(floor.lost)} of that rest the voltage is below {NOTHING_RUNS_V:g} V, at which no "
        "board runs: its supply was gone or switched off, and what it draws then is no sleep."
    ]


def _share(floor: Floor) -> list[str]:
    share = floor.share
    if share is None or share.awake_mC <= 0.0 or not _wakes(floor):
        return []
    said = [f"Of all charge in this log its rest is {_part(share.now)}"]
    if floor.no_sleep:
        return [f"{said[0]}."]
    said += [f"with a wake every {span(part.cycle_s)} {_part(part)}" for part in share.longer]
    matters = ["At this pace the floor hardly matters."] if share.now.high < SMALL else []
    return ["; ".join(said) + ".", *matters]


def _part(part: Part) -> str:
    if part.low == part.high or part.low != part.low:
        return percent(part.share)
    return f"{percent(part.share)} ({percent(part.low)} to {percent(part.high)})"
