"""The report of a log in words and tables a maker understands; plain text, 96 columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .amounts import (
    charge_text,
    charge_unit,
    current_text,
    days_text,
    digits,
    energy_unit,
    joules_text,
    period_text,
    within,
)  # fmt: skip
from .analysed import Analysed
from .clipping import is_charged
from .cycle_spread import Spread, rests_clipped, wakes_clipped
from .duty import REST, Gain
from .log_limits import Judged
from .report_parts import heading, paragraph, table
from .states import StateRow
from .style import percent_text, seconds_text

#: So many cycles that stand out are told one by one.
MOST_NAMED = 5


def analysis_report(found: Analysed, judged: Sequence[Judged] = (), written: Sequence[Path] = ()) -> str:
    """The whole report as plain text; `written` are the files beside it."""
    parts = [
        _title(found), _short(found), _limits(judged), _states(found), _cycles(found), _floor(found),
        _battery(found), _first(found), _against(found), _notes(found), _files(written),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(found: Analysed) -> str:
    log = found.log
    rate = f", one each {seconds_text(log.step_s)}" if log.rate_hz else ""
    when = f", from {log.start:%d %B %Y, %H:%M}" if log.start else ""
    missing = f", {seconds_text(log.missing_s)} of it missing" if log.missing_s > 0 else ""
    rows = f"{len(log.t_s):,} rows over {seconds_text(log.duration_s)}{missing}{rate}{when}"
    return f"{log.source}\n{rows}"


def _short(found: Analysed) -> str:
    """What a reader wants first, in a few sentences."""
    said = [_wake_sentence(found), _rest_sentence(found), _mean_sentence(found), _life_sentence(found)]
    said.append(_advice(found))
    return paragraph(" ".join(one for one in said if one))


def _advice(found: Analysed) -> str:
    """Which state to work on first, or what must be measured to say so."""
    known = _known_gains(found)
    if not known:
        return ""
    best = known[0]
    if best.name == REST and found.floor.below and len(known) > 1:
        next_ = known[1]
        return (
            f"Measure the sleep current first: at this pace it may be what matters most. After it comes "
            f"{next_.name}: with half of it a battery lasts {percent_text(next_.longer)} longer."
        )
    return f"Work on {best.name} first: with half of it a battery lasts {percent_text(best.longer)} longer."


def _known_gains(found: Analysed) -> list[Gain]:
    """Without the rest, where that is no sleep."""
    return [gain for gain in found.gains if gain.name != REST or not found.floor.no_sleep]


def _wake_sentence(found: Analysed) -> str:
    spread, least = found.spread, "at least " if wakes_clipped(found.table) else ""
    if spread is None:
        return f"The log has no wake: it draws {current_text(found.table.total.mean_mA)} all the time."
    cost = charge_text(spread.charge_mC.mean, spread.charge_mC.off)
    if spread.energy_mJ:
        cost = f"{joules_text(spread.energy_mJ.mean, spread.energy_mJ.off)} ({cost})"
    wakes = "Its one wake" if spread.count == 1 else f"A wake, the mean of {spread.count:,},"
    return f"{wakes} costs {least}{cost} in {seconds_text(spread.awake_s.mean)}."


def _rest_sentence(found: Analysed) -> str:
    if found.duty is None or found.duty.rest_s <= 0:
        return ""
    if found.spread is None:
        return ""
    if found.floor.outside:
        return _outside_sentence(found)
    if found.floor.no_sleep:
        return f"Between wakes it is without supply, at {found.floor.V:.1f} V: that is no sleep."
    if found.floor.backwards:
        return f"Between wakes the current flows backwards, {current_text(found.floor.value_mA)}."
    if found.floor.below:
        most = current_text(found.floor.high_mA)
        return f"Between wakes it draws less than {most}; this meter cannot say more."
    rest = current_text(found.duty.rest_mA, found.duty.rest_off_mA)
    least = "at least " if rests_clipped(found.table) else ""
    if found.asked.every_s is not None:  # its share at that pace stands beside the pace
        return f"Between wakes it draws {least}{rest}."
    return f"Between wakes it draws {least}{rest}, {percent_text(found.duty.rest_share)} of all charge."


def _outside_sentence(found: Analysed) -> str:
    """What lies outside of the markers is awake as well."""
    sd_mA = found.floor.readings.sd_mA if found.floor.readings else 0.0
    least = "at least " if rests_clipped(found.table) else ""
    return (
        f"Outside of the markers it draws {least}{current_text(found.floor.value_mA)}, which is no sleep: it "
        f"scatters by {current_text(sd_mA)}; --no-markers looks for its rest in the current."
    )


def _mean_sentence(found: Analysed) -> str:
    duty = found.duty
    if duty is None or found.spread is None:
        return ""
    least = "at least " if found.table.at_least else ""
    mean = least + current_text(duty.mean_mA, duty.off_mA or float("nan"))
    if found.spread.count == 1 and found.asked.every_s is None:
        return f"Over the whole log that is {mean} on average."
    pace = f"With a wake {period_text(duty.period_s)} that is {mean} on average"
    if found.asked.every_s is None or found.floor.below or duty.rest_s <= 0:
        return f"{pace}."
    return f"{pace}, {percent_text(duty.rest_share)} of it at rest."


def _life_sentence(found: Analysed) -> str:
    if found.life is None or found.asked.battery is None:
        return ""
    life, battery = found.life, found.asked.battery
    days = _most(found) + days_text(life.days)
    return (
        f"A battery of {battery.capacity_Ah:g} Ah then lasts {days} without sun "
        f"({days_text(life.worst_days)} to {days_text(life.best_days)})."
    )


def _most(found: Analysed) -> str:
    """A meter that clipped has seen the least that is drawn."""
    return "at most " if found.table.at_least else ""


def _limits(judged: Sequence[Judged]) -> str:
    if not judged:
        return ""
    words = {True: "kept", False: "BROKEN", None: "NOT TOLD"}
    return "\n".join((heading("Limits"), table([(words[one.kept], one.sentence) for one in judged])))


def _states(found: Analysed) -> str:
    total = found.table.total
    charge, energy = charge_unit(total.charge_mC), energy_unit(total.energy_mJ)
    head = (
        "state",
        "visits",
        "time",
        f"charge {charge[0]}",
        f"energy {energy[0]}",
        "mean mA",
        "peak mA",
        "share",
    )
    rows = [_state_row(row, total.charge_mC, charge[1], energy[1]) for row in (*found.table.states, total)]
    said = ""
    if any(row.charge_off_mC == row.charge_off_mC for row in found.table.states):
        said = "The doubt is 19 times of 20 and comes from sampling; the meter's own gain is not in it."
    parts = [heading("What it costs"), table([head, *rows], right=range(1, 8))]
    return "\n".join(parts + ([paragraph(said)] if said else []))


def _state_row(row: StateRow, whole_mC: float, charge: float, energy: float) -> tuple[str, ...]:
    least = ">" if row.at_least else ""
    share = percent_text(row.charge_mC / whole_mC) if whole_mC > 0 else "-"
    return (
        row.name, f"{row.count:,}", seconds_text(row.duration_s),
        least + within(row.charge_mC * charge, row.charge_off_mC * charge),
        least + within(row.energy_mJ * energy, row.energy_off_mJ * energy),
        digits(row.mean_mA), least + digits(row.peak_mA), share,
    )  # fmt: skip


def _cycles(found: Analysed) -> str:
    spread = found.spread
    if spread is None or spread.count < 2:
        return ""
    rows: list[tuple[str, ...]] = [("a wake", "1 of 20 under", "median", "1 of 20 over", "mean")]
    rows.append(_spread_row("charge mC", spread.charge_mC))
    if spread.energy_mJ:
        rows.append(_spread_row("energy mJ", spread.energy_mJ))
    rows += [_spread_row("awake s", spread.awake_s), _spread_row("rest after it s", spread.rest_s)]
    parts = [heading("Cycle by cycle"), table(rows, right=(1, 2, 3, 4)), _dearest(found)]
    return "\n".join(part for part in parts if part)


def _spread_row(name: str, values: Spread) -> tuple[str, ...]:
    shown = (values.low, values.median, values.high)
    return (name, *(digits(value) for value in shown), within(values.mean, values.off))


def _dearest(found: Analysed) -> str:
    assert found.spread is not None
    if found.outstanding:
        lines = [
            paragraph(f"Cycle {one.name}, at {seconds_text(one.t_s)}, stands out: {one.why}.", "- ")
            for one in found.outstanding[:MOST_NAMED]
        ]
        more = len(found.outstanding) - MOST_NAMED
        return "\n".join(lines + ([f"- and {more} more."] if more > 0 else []))
    names = ", ".join(f"{cycle.name} ({digits(cycle.awake_mC)} mC)" for cycle in found.spread.dearest)
    return paragraph(f"No cycle stands out. The dearest: {names}.")


def _floor(found: Analysed) -> str:
    said = [heading("The sleep floor"), paragraph(" ".join(found.floor.sentences))]
    if found.recipe and found.floor.below:
        said += ["", "To measure it after all:", *(paragraph(one, "- ") for one in found.recipe)]
    return "\n".join(said)


def _battery(found: Analysed) -> str:
    life, battery = found.life, found.asked.battery
    if battery is None:
        return ""
    slope = [paragraph(" ".join(found.slope.sentences))] if found.slope else []
    if life is None:
        said = "The log draws nothing from a battery on average."
        if is_charged(found.log):
            said = "It is charged through the meter: how long it lasts without sun this log cannot tell."
        return "\n".join((heading("The battery"), said, *slope))
    low, high = battery.usable_mAh
    mean = current_text(life.mean_mA, life.off_mA or float("nan"))
    said = (
        f"{battery.capacity_Ah:g} Ah at {battery.temperature_C:g} C, of which {low:,.0f} to {high:,.0f} mAh "
        f"can be used; it loses {current_text(life.leak_mA)} by itself ({battery.cell}). At "
        f"{mean} it lasts {_most(found)}{days_text(life.days)}: "
        f"{days_text(life.worst_days)} if every doubt falls the wrong way, {days_text(life.best_days)} if "
        "every one falls the right way. No sun is counted; the meter is taken to sit in the battery's lead."
    )
    return "\n".join((heading("The battery"), paragraph(said), *slope))


def _first(found: Analysed) -> str:
    gains = _known_gains(found)
    if not gains:
        return ""
    rows = [("half of", "share of the charge", "a battery lasts")]
    rows += [(one.name, percent_text(one.share), _longer(one.longer)) for one in gains]
    said = ""
    if found.floor.below and not found.floor.no_sleep:
        said = paragraph(f"{REST.capitalize()} at its mean here, which the meter cannot tell from nothing.")
    return "\n".join((heading("Where to work first"), table(rows, right=(1, 2)), *([said] if said else [])))


def _longer(part: float) -> str:
    return f"+{percent_text(part)}" if part >= 0.005 else "-"


def _against(found: Analysed) -> str:
    """How the design's rows differ from what was measured."""
    if found.against is None or found.asked.find.design is None:
        return ""
    said = (*found.against.sentences, *(found.profile.sentences if found.profile else ()))
    title = heading(f"Against the rows of {found.asked.find.design.name}")
    return "\n".join([title, *(paragraph(one, "- ") for one in said)])


def _notes(found: Analysed) -> str:
    if not found.notes:
        return ""
    notes = [paragraph(note, "- ") for note in dict.fromkeys(found.notes)]
    return "\n".join([heading("What was read, and what this log cannot tell"), *notes])


def _files(written: Sequence[Path]) -> str:
    return "\n".join([heading("Files"), *(f"  {path}" for path in written)]) if written else ""
