"""What a charger without a temperature sensor did to its cell, as a sentence for the owner."""

from __future__ import annotations

from sim.plant import Plant

#: Less than this of the cell's capacity is not worth a sentence, 1. Ours.
WORTH = 0.001


def frost_notes(plant: Plant) -> list[str]:
    """A sentence if it charged outside what the cell bears, else nothing; after `plant.close()`."""
    cell, charge_C = plant.cell, plant.books.charge_C["charged_out_of_range"]
    if charge_C < WORTH * cell.capacity_C:
        return []
    share = 100.0 * charge_C / plant.books.charge_C["charged"]
    return [
        f"its charger knows no temperature: {charge_C / 3600.0:.2f} Ah, {share:.0f} % of all, went into the "
        f"battery below {cell.charge_min_C:g} C or above {cell.charge_max_C:g} C, which ages it early."
    ]
