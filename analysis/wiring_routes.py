"""Ways of the wires: right angles on a grid, through no box, never along another wire, with few crossings.

Each wire takes the cheapest way (A*) beside those that are there already, the shortest wire first; if
one finds none, it comes first and all begin anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise

from analysis.wiring import GROUND, RAIL, End, Wire, Wiring
from analysis.wiring_places import FLAG, Places, Spot

Point = tuple[int, int]
#: What a step, a bend, a crossing, the room before somebody's terminal and the one beside a box cost.
STEP, BEND, CROSSING, BEFORE, BESIDE = 1, 5, 12, 8, 2
#: How many times all wires begin anew.
_ATTEMPTS = 12
_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1))


class WiringError(ValueError):
    """A wiring that cannot be drawn; one sentence."""


@dataclass(frozen=True, slots=True)
class Route:
    """A wire's corners from end to end; `net` is the same for wires that are joined."""

    wire: Wire
    net: int
    points: tuple[Point, ...]


@dataclass(slots=True)
class _Field:
    """What lies where: `across`, `down` : net by point; `corners` : points that no other net may cross."""

    walls: set[Point]
    beside: set[Point]
    before: dict[Point, int]
    across: dict[Point, int] = field(default_factory=dict)
    down: dict[Point, int] = field(default_factory=dict)
    corners: dict[Point, int] = field(default_factory=dict)

    def lie(self, points: list[Point], net: int) -> None:
        """Lay a way, step by step."""
        for one, two in pairwise(points):
            layer = self.across if one[1] == two[1] else self.down
            layer[one] = layer[two] = net
        for point in points:
            if self.across.get(point) == self.down.get(point) == net:
                self.corners[point] = net
        self.corners[points[0]] = self.corners[points[-1]] = net


def routes_of(wiring: Wiring, places: Places) -> tuple[Route, ...]:
    """A way for each wire that is no flag. WiringError if there is no room, which no design has had."""
    drawn = [wire for wire in wiring.wires if wire.kind not in (RAIL, GROUND)]
    spots = places.spots
    nets = _nets(drawn)
    order = sorted(drawn, key=lambda wire: _span(spots[wire.here], spots[wire.there]))
    for _ in range(_ATTEMPTS):
        found, stuck = _all_routes(order, spots, nets, places)
        if stuck is None:
            return tuple(found)
        order = [stuck, *(wire for wire in order if wire is not stuck)]
    raise WiringError(f"{wiring.name}: there is no room for all of its wires in one drawing.")


def _span(one: Spot, two: Spot) -> int:
    return abs(one.x - two.x) + abs(one.y - two.y)


def _nets(wires: list[Wire]) -> dict[End, int]:
    """Terminals that wires join have one number."""
    found: dict[End, int] = {}
    for number, wire in enumerate(wires):
        old = {found[end] for end in (wire.here, wire.there) if end in found}
        found.update({end: number for end, net in found.items() if net in old})
        found[wire.here] = found[wire.there] = number
    return found


def _all_routes(
    order: list[Wire], spots: dict[End, Spot], nets: dict[End, int], places: Places
) -> tuple[list[Route], Wire | None]:
    walls = _walls(places)
    ground = _Field(walls, _beside(walls), _before(places, nets))
    found: list[Route] = []
    for wire in order:
        net = nets[wire.here]
        way = _way(ground, spots[wire.here], spots[wire.there], net, places)
        if not way:
            return found, wire
        ground.lie(way, net)
        found.append(Route(wire, net, _corners(way)))
    return found, None


def _walls(places: Places) -> set[Point]:
    """Boxes with their edges, and the flags outside them."""
    found: set[Point] = set()
    for box in places.boxes:
        found.update((x, y) for x in range(box.x, box.x + box.w + 1) for y in range(box.y, box.y + box.h + 1))
        for spot in box.spots:
            if spot.flag:
                way = -1 if spot.edge == "left" else 1
                found.update((spot.x + way * step, spot.y + up) for step in range(FLAG) for up in (-1, 0, 1))
    return found


def _beside(walls: set[Point]) -> set[Point]:
    """Points just outside."""
    return {(x + dx, y + dy) for x, y in walls for dx in (-1, 0, 1) for dy in (-1, 0, 1)} - walls


def _before(places: Places, nets: dict[End, int]) -> dict[Point, int]:
    """The two points in front of a terminal, and whose they are."""
    found = {}
    for box in places.boxes:
        for spot in box.spots:
            if spot.end in nets:
                dx, dy = _out(spot)
                found.update({(spot.x + dx * n, spot.y + dy * n): nets[spot.end] for n in (1, 2)})
    return found


def _out(spot: Spot) -> Point:
    return {"left": (-1, 0), "right": (1, 0), "under": (0, 1)}[spot.edge]


def _way(ground: _Field, here: Spot, there: Spot, net: int, places: Places) -> list[Point]:
    """The cheapest way from one terminal to the other, or to what is joined to it already; empty: none."""
    start, goal = (here.x, here.y), (there.x, there.y)
    joined = {p for layer in (ground.across, ground.down) for p, owner in layer.items() if owner == net}
    if start in joined and goal not in joined:
        start, goal = goal, start
    goals = (joined | {goal}) - {start}
    best: dict[tuple[Point, bool], float] = {}
    came: dict[tuple[Point, bool], tuple[Point, bool]] = {}
    done: set[tuple[Point, bool]] = set()
    queue: list[tuple[float, Point, bool]] = []

    def far(point: Point) -> float:
        """At least so much is still to go (nothing is known of a way to one of many goals)."""
        return 0.0 if joined else STEP * (abs(point[0] - goal[0]) + abs(point[1] - goal[1]))

    for across in (True, False):
        best[start, across] = 0.0
        heappush(queue, (far(start), start, across))
    while queue:
        _, point, across = heappop(queue)
        if (point, across) in done:
            continue
        done.add((point, across))
        cost = best[point, across]
        if point in goals:
            return _back(came, (point, across), start)
        for after, level, more in _next(ground, point, across, net, goals, start, places):
            if cost + more < best.get((after, level), float("inf")):
                best[after, level] = cost + more
                came[after, level] = (point, across)
                heappush(queue, (cost + more + far(after), after, level))
    return []


def _next(
    ground: _Field, point: Point, across: bool, net: int, goals: set[Point], start: Point, places: Places
) -> Iterator[tuple[Point, bool, float]]:
    x, y = point
    may_turn = ground.across.get(point, net) == ground.down.get(point, net) == net
    for dx, dy in _STEPS:
        after, level = (x + dx, y + dy), dy == 0
        if not (0 < after[0] < places.w and 0 < after[1] < places.h):
            continue
        if after in ground.walls and after not in goals:
            continue
        if level != across and not (may_turn or point == start):
            continue
        same = (ground.across if level else ground.down).get(after, net)
        other = (ground.down if level else ground.across).get(after, net)
        if same != net or ground.corners.get(after, net) != net:
            continue
        cost = STEP + (BEND if level != across and point != start else 0) + (CROSSING if other != net else 0)
        cost += BESIDE if after in ground.beside else 0
        yield after, level, cost + (BEFORE if ground.before.get(after, net) != net else 0)


def _back(
    came: dict[tuple[Point, bool], tuple[Point, bool]], end: tuple[Point, bool], start: Point
) -> list[Point]:
    points = [end[0]]
    while end in came:
        end = came[end]
        points.append(end[0])
    return points[::-1] if points[-1] == start else points


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """Only where it turns, and the ends."""
    inner = (
        here for before, here, after in zip(points, points[1:], points[2:], strict=False)
        if (before[0] == here[0]) != (here[0] == after[0])
    )  # fmt: skip
    return (points[0], *inner, points[-1])


def crossings(routes: tuple[Route, ...]) -> list[Point]:
    """Where wires of different nets cross."""
    cells: dict[Point, set[int]] = {}
    for route in routes:
        for point in steps_of(route):
            cells.setdefault(point, set()).add(route.net)
    return [point for point, nets in cells.items() if len(nets) > 1]


def steps_of(route: Route) -> Iterator[Point]:
    """Every point of the grid that a way passes."""
    yield route.points[0]
    for (x0, y0), (x1, y1) in pairwise(route.points):
        length = max(abs(x1 - x0), abs(y1 - y0))
        for n in range(1, length + 1):
            yield x0 + (x1 - x0) * n // length, y0 + (y1 - y0) * n // length


def joints(routes: tuple[Route, ...]) -> list[Point]:
    """Where a wire ends on another of its net, and not at a terminal."""
    ends = [(route.points[end], route) for route in routes for end in (0, -1)]
    return [
        point for point, route in ends
        if any(point in set(steps_of(other)) - {other.points[0], other.points[-1]}
               for other in routes if other is not route and other.net == route.net)
    ]  # fmt: skip
