// The view: panes of uPlot one above the other, the states' strip, the whole log above them, all on one time.
const state = {
  a: T0, b: T1, selection: null, markers: [], levels: [], shown: { V: false, mW: false, mC: false }, wall: WALL, selecting: false,
  scale: startsLogarithmic() ? "log" : "linear", limits: "view", low: 0, high: niceAbove(D.mA.of(0, COUNT)[1]), note: "", pointer: null,
};
const LEFT = 64, LABEL = 18, RIGHT = innerWidth < 600 ? 20 : 36, HEIGHTS = { mA: innerWidth < 600 ? 260 : 330, V: 130, mW: 150, mC: 150 };
const STEPS = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
  10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000, 2592000, 8640000, 31536000];
const panes = new Map();
let colour = {};

// A node that mostly sleeps shows nothing on a linear axis.
function startsLogarithmic() {
  const [low, high] = D.mA.of(0, COUNT);
  return low > 0 && high > 40 * (D.mC[COUNT] / D.s[COUNT]);
}

function niceAbove(value) {
  const size = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return +([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * size >= value * (1 - 1e-9)) * size).toPrecision(3);
}

function readColours() {
  for (const name of ["ink", "faint", "line", "grid", "mean", "band", "edge", "select", "mark", "card", "rest"])
    colour[name] = css("--" + name);
}
const stateColour = (code) => META.states[code].rest ? colour.rest : META.states[code].colour;

// Round numbers of seconds, or of the clock where that is shown.
function ticks(_, axis, low, high, step) {
  const off = state.wall ? (START + SHIFT) / 1000 % 86400 : 0, found = [];
  for (let at = Math.ceil((low + off) / step - 1e-9); at * step - off <= high + 1e-9 * step; at++) found.push(at * step - off);
  return found;
}

// The lower and upper end of the axis of a pane.
function ends(key) {
  if (key === "mA" && state.limits === "fixed")
    return [state.scale === "log" ? Math.max(state.low, leastPositive(state.high)) : state.low, state.high];
  if (key === "mC") { // drawn from its own values
    const mC = running(state.a, state.b, 400).data[3], low = Math.min(0, ...mC), high = Math.max(...mC, low + 1e-9);
    return [low, high + 0.06 * (high - low)];
  }
  const whole = key === "mA" && state.limits === "whole";
  const [i, j] = whole ? [0, COUNT] : blocksIn(state.a, state.b);
  let [low, high] = i < j ? CHANNELS[key].of.of(i, j) : [0, 1];
  if (key === "mA" && state.scale === "log") {
    low = Math.max(low, leastPositive(high));
    const room = Math.max(1.05, (high / low) ** 0.06);
    return [low / room, Math.max(high, low) * room];
  }
  if (key !== "V") { low = Math.min(0, low); high = Math.max(0, high); }
  const spare = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
  return [low < 0 || key === "V" ? low - spare : low, high + spare];
}
const leastPositive = (high) => Math.max(META.step_mA / 2, high * 1e-7) || 1e-6;

// Of the lines of a logarithmic axis those that get a number: fewer where there are more decades.
function roundOnes(u, splits) {
  const { min, max } = u.scales.y, decades = Math.log10(max / min), kept = decades > 4 ? "1" : decades > 1.2 ? "125" : "123456789";
  return splits.map((v) => kept.includes(v.toExponential(2)[0]) && /^\d\.00/.test(v.toExponential(2)) ? v : null);
}

function makePane(key) {
  const host = document.createElement("div"), channel = CHANNELS[key], last = () => [...panes.keys()].at(-1) === key;
  host.className = "pane";
  host.dataset.pane = key;
  host.setAttribute("role", "img");
  $("panes").append(host);
  const logarithmic = key === "mA" && state.scale === "log", font = "12px system-ui, sans-serif";
  const axis = { stroke: () => colour.ink, font, ticks: { stroke: () => colour.line, size: 5 },
    grid: { stroke: () => colour.grid, width: 1 } };
  const line = (stroke, width) => ({ stroke, width, points: { show: false }, spanGaps: false });
  const plot = new uPlot({
    width: Math.max(240, host.clientWidth), height: HEIGHTS[key] + (key === "mA" ? 0 : 0), padding: [10, RIGHT, 0, 0],
    legend: { show: false }, select: { show: false },
    cursor: { drag: { x: false, y: false, setScale: false }, points: { show: false }, sync: { key: "panes" }, y: key === "mA" },
    scales: { x: { time: false, auto: false }, y: { auto: false, distr: logarithmic ? 3 : 1 } },
    axes: [
      { ...axis, size: () => last() ? 34 : 8, incrs: STEPS, splits: ticks, space: innerWidth < 600 ? 70 : 100,
        values: (_, splits, index, space, step) => splits.map((t) => last() ? clock(t, step) : "") },
      { ...axis, size: LEFT - LABEL, space: 34, label: `${channel.name}, ${channel.unit}`, labelSize: LABEL, labelGap: 0, labelFont: font,
        ...(logarithmic ? { filter: roundOnes } : {}), values: (_, splits) => splits.map((v) => v === null ? "" : three(+v.toPrecision(3))) },
    ],
    series: [{}, line(() => colour.edge, 1), line(() => colour.edge, 1), line(() => colour.mean, 1.6)],
    bands: [{ series: [1, 2], fill: () => colour.band }],
    hooks: { drawClear: [tint], draw: [(u) => marks(u, key)],
      setCursor: [(u) => { if (u.cursor.event) pointAt(u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : null); }] },
  }, [[0, 1], [0, 1], [0, 1], [0, 1]], host);
  panes.set(key, { plot, host });
  handle(plot.over, plot);
}

function makePanes() {
  for (const { plot, host } of panes.values()) { plot.destroy(); host.remove(); }
  panes.clear();
  for (const key of ["mA", "V", "mW", "mC"]) if (key === "mA" || state.shown[key]) makePane(key);
  draw();
}

const width = () => Math.max(50, Math.round(panes.get("mA").plot.bbox.width / devicePixelRatio));

let asked = false, settling = 0, seen = [0, 0];
function draw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; drawNow(); });
}

function drawNow() {
  const began = performance.now(), { a, b } = state, wide = width();
  bands = bandsIn(a, b, wide);
  for (const [key, { plot, host }] of panes) {
    const { data, words, exact } = drawn(key, a, b, wide), [min, max] = ends(key);
    if (key === "mA" && state.scale === "log")
      for (let k = 1; k < 4; k++) data[k] = data[k].map((value) => value === null ? null : Math.max(value, min));
    if (exact) data[1] = data[2] = data[1].map(() => null);
    plot.batch(() => {
      plot.setData(data, false);
      plot.setScale("x", { min: a, max: b });
      plot.setScale("y", { min, max });
    });
    if (key !== "mA") { host.setAttribute("aria-label", `${CHANNELS[key].name}: ${words}`); continue; }
    const below = state.scale === "log" && CHANNELS.mA.of.of(...blocksIn(a, b))[0] < min;
    $("words").textContent = `${seconds(b - a, 4)} from ${clock(a, (b - a) / 1000)}; ${words}${below ? "; what is lower lies on the lower edge" : ""}`;
    host.setAttribute("aria-label", `Current, ${$("words").textContent}`);
  }
  drawStrip(wide);
  drawOverview();
  keep();
  if (seen[0] !== a || seen[1] !== b) {
    seen = [a, b];
    clearTimeout(settling);
    settling = setTimeout(showSelection, 90);
  }
  document.documentElement.dataset.frame = (performance.now() - began).toFixed(1);
}

const HINT = matchMedia("(pointer: coarse)").matches ? "Drag moves, two fingers zoom; with Select a drag selects."
  : "Drag moves, shift and drag selects, the wheel zooms; ? tells the keys.";

// What lies under the pointer, in words.
function pointAt(t) {
  state.pointer = t;
  $("readout").textContent = t === null ? HINT : told_at(t);
}

function told_at(t) {
  const size = (state.b - state.a) / width(), [i, j] = blocksIn(t - size / 2, t + size / 2), at = clock(t, (state.b - state.a) / 1000);
  if (j <= i) return `${at}: no row here`;
  const one = j - i === 1 && D.rows[i] === 1, [low, high] = D.mA.of(i, j), s = D.s[j] - D.s[i];
  const parts = [at, one ? `${three(low)} mA` : `mean ${three(s ? (D.mC[j] - D.mC[i]) / s : low)} mA, ${three(low)} to ${three(high)}`];
  if (VOLTS) { const [l, h] = D.V.of(i, j); parts.push(l === h ? `${three(l)} V` : `${three(l)} to ${three(h)} V`); }
  const v = D.visits.count ? notAbove(D.visits.first, i) - 1 : -1;
  if (v >= 0) parts.push(META.states[D.visits.state[v]].name);
  return parts.join("  ·  ");
}

// Moves the view; never out of the log, never closer than two samples.
const CLOSEST = Math.min(SPAN, Math.max(SPAN * 1e-9, META.tick_s * (META.kind === "visits" ? 4 : 2 * META.row)));
const views = []; // where it was before, for the way back
let moved = 0;
function look(a, b) {
  if (performance.now() - moved > 400 && views.push([state.a, state.b]) > 100) views.shift();
  moved = performance.now();
  const least = CLOSEST;
  let long = Math.min(Math.max(b - a, least), SPAN);
  const middle = (a + b) / 2;
  let from = long === b - a ? a : middle - long / 2;
  from = Math.min(Math.max(from, T0), T1 - long);
  state.a = from;
  state.b = long === SPAN ? T1 : from + long;
  draw();
}

function zoom(factor, at = state.pointer ?? (state.a + state.b) / 2) {
  const around = Math.min(Math.max(at, state.a), state.b);
  look(around - (around - state.a) * factor, around + (state.b - around) * factor);
}
function back() {
  const [a, b] = views.pop() ?? [T0, T1];
  moved = performance.now(); // the way back is not a view to come back to
  look(a, b);
}
const pan = (part) => look(state.a + part * (state.b - state.a), state.b + part * (state.b - state.a));
// With a little room on both sides.
const show = (a, b) => look(a - 0.06 * (b - a), b + 0.06 * (b - a));
