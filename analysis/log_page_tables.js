// What each state and each cycle cost, and how long and at what price each current lasted.
function row(cells, does, label) {
  const made = document.createElement("tr");
  cells.forEach((cell, i) => {
    const place = document.createElement(i ? "td" : "th");
    if (!i) place.scope = "row";
    if (cell instanceof Node) place.append(cell); else place.textContent = cell;
    made.append(place);
  });
  if (does) {
    const link = button(made.firstChild.textContent, does, label);
    link.className = "goes";
    const swatch = made.firstChild.querySelector(".swatch");
    made.firstChild.replaceChildren(...(swatch ? [swatch] : []), link);
    made.addEventListener("click", (event) => { if (!event.target.closest("button")) does(); });
  }
  return made;
}

function share(part) {
  const bar = document.createElement("span"), fill = document.createElement("i"), told = document.createElement("b");
  bar.className = "bar";
  fill.style.width = `${Math.max(0, Math.min(100, 100 * part))}%`;
  told.textContent = part > 0 && part < 0.005 ? "<1 %" : `${Math.round(100 * part)} %`;
  bar.append(fill, told);
  return { bar, fill };
}

function named_state(code) {
  const place = document.createDocumentFragment(), swatch = document.createElement("i");
  swatch.className = "swatch";
  swatch.style.background = META.states[code].rest ? "var(--rest)" : META.states[code].colour;
  place.append(swatch, META.states[code].name);
  return place;
}

// A log that is found to have hundreds of states begins with the dearest.
const MOST_STATES = 16;
let allStates = false;
function statesTable() {
  const known = META.states.map((one, code) => [one, code]).filter(([one]) => one.count), seen = new Map();
  const priced = known.every(([one]) => one.energy_mJ !== null), of = (one) => priced ? one.energy_mJ : one.charge_mC;
  const whole = known.reduce((sum, [one]) => sum + of(one), 0) || 1;
  const next = (code) => { // every press shows the next visit
    const visits = [];
    for (let v = 0; v < D.visits.count; v++) if (D.visits.state[v] === code) visits.push(v);
    if (!visits.length) return;
    const at = (seen.get(code) ?? -1) + 1;
    seen.set(code, at % visits.length);
    const v = visits[at % visits.length];
    show(D.start[D.visits.first[v]], D.end[D.visits.behind[v] - 1]);
    showSelection();
    inform(`${META.states[code].name}: visit ${at % visits.length + 1} of ${visits.length}`);
    $("bench").scrollIntoView({ block: "nearest" });
  };
  known.sort((one, other) => of(other[0]) - of(one[0]));
  const shown = allStates ? known : known.slice(0, MOST_STATES);
  $("all-states").hidden = shown.length === known.length;
  $("all-states").textContent = `all ${known.length} states`;
  $("states").replaceChildren(...shown.map(([one, code]) => {
    const { bar, fill } = share(of(one) / whole), least = one.at_least ? "at least " : "";
    fill.style.background = one.rest ? "var(--rest-bar)" : one.colour;
    return row([named_state(code), bar, one.count.toLocaleString("en"), seconds(one.duration_s, 4), least + charge(one.charge_mC, one.charge_off_mC),
      one.energy_mJ === null ? "–" : least + energy(one.energy_mJ, one.energy_off_mJ), three(one.mean_mA), three(one.peak_mA)],
    () => next(code), `${one.name}: show its next visit`);
  }));
}

// Every cycle from its visits: [name, start, awake s, mC, mJ, peak mA, rest s, end of its awake part].
function cyclesOf() {
  const { first, behind, state: of, count } = D.visits, names = META.cycles.names;
  return Array.from(D.cycles, (from, i) => {
    const to = i + 1 < D.cycles.length ? D.cycles[i + 1] : COUNT, found = { i, name: names[i] ?? String(i + 1), t: D.start[from], s: 0, mC: 0, mJ: 0,
      peak: D.mA.of(from, to)[1], rest: 0, end: D.end[from] };
    for (let v = Math.max(0, notAbove(first, from) - 1); v < count && first[v] < to; v++) {
      const a = Math.max(from, first[v]), b = Math.min(to, behind[v]), s = D.s[b] - D.s[a];
      if (META.states[of[v]].rest) { found.rest += s; continue; }
      found.s += s;
      found.mC += D.mC[b] - D.mC[a];
      if (VOLTS) found.mJ += D.mJ[b] - D.mJ[a];
      found.end = D.end[b - 1];
    }
    return found;
  });
}

const CYCLES = cyclesOf(), PAGE = 25;
let order = { by: "i", down: false, from: 0 };

function showCycle(i) {
  const { t, end } = CYCLES[i];
  show(t, Math.max(end, t + 1e-6 * SPAN));
  showSelection();
  inform(`Cycle ${CYCLES[i].name}, ${i + 1} of ${CYCLES.length}`);
}

function cyclesTable() {
  const { by, down, from } = order, sorted = [...CYCLES].sort((a, b) => (down ? -1 : 1) * (a[by] - b[by]) || a.i - b.i);
  const part = sorted.slice(from, from + PAGE);
  $("cycles").replaceChildren(...part.map((one) => row([one.name, clock(one.t, 0.01), seconds(one.s, 4), charge(one.mC), VOLTS ? energy(one.mJ) : "–",
    three(one.peak), seconds(one.rest, 4)], () => { showCycle(one.i); $("bench").scrollIntoView({ block: "nearest" }); }, `show cycle ${one.name}`)));
  $("cycle-page").textContent = CYCLES.length > PAGE ? `${from + 1} to ${from + part.length} of ${CYCLES.length.toLocaleString("en")}` : "";
  $("cycle-turn").hidden = CYCLES.length <= PAGE;
  for (const head of document.querySelectorAll("[data-sort]"))
    head.parentElement.setAttribute("aria-sort", head.dataset.sort === by ? (down ? "descending" : "ascending") : "none");
}

function cycleHands() {
  for (const head of document.querySelectorAll("[data-sort]")) head.addEventListener("click", () => {
    const by = head.dataset.sort;
    order = { by, down: order.by === by ? !order.down : by !== "i", from: 0 };
    cyclesTable();
  });
  const turn = (by) => { order.from = Math.max(0, Math.min(order.from + by, Math.floor((CYCLES.length - 1) / PAGE) * PAGE)); cyclesTable(); };
  $("earlier").addEventListener("click", () => turn(-PAGE));
  $("later").addEventListener("click", () => turn(PAGE));
  $("all-states").addEventListener("click", () => { allStates = true; statesTable(); });
  $("cycles-card").hidden = !CYCLES.length;
  if (!CYCLES.length) document.querySelector("[data-do=next]")?.parentElement.remove();
}

// Round numbers between two ends, about so many.
function nice(low, high, count) {
  const raw = (high - low) / count || 1, size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((by) => by * size).find((one) => one >= raw * 0.999), found = [];
  for (let at = Math.ceil(low / step); at * step <= high * (1 + 1e-9) && found.length < 12; at++) found.push(at * step);
  return found;
}

// Shares of time by current as bars; shares of time and of charge that lie below a current as lines.
function drawHistogram(counts) {
  const high = 240, [pen, wide] = canvas("histogram", high), left = 34, right = wide - 10, base = high - 24, top = 8;
  const { least, step, mean, alone } = counts, most = least + (mean.length - 1) * step, logarithmic = state.scale === "log" || most > 40 * Math.max(step, D.mC[COUNT] / D.s[COUNT]);
  const floor = logarithmic ? Math.max(least > 0 ? least : step, most / 1e6) : least, place = logarithmic ? Math.log : (value) => value;
  const span = place(Math.max(most, floor * 1.001 + 1e-9)) - place(floor) || 1;
  const x = (mA) => left + (right - left) * Math.max(0, Math.min(1, (place(Math.max(mA, logarithmic ? floor : mA)) - place(floor)) / span));
  const bins = new Float64Array(Math.max(10, Math.floor((right - left) / 4))), all = mean.reduce((sum, s) => sum + s, 0) || 1;
  let charged = 0;
  mean.forEach((s, i) => {
    const at = Math.min(bins.length - 1, Math.floor((x(least + i * step) - left) / (right - left) * bins.length));
    bins[at] += s;
    charged += s * Math.max(0, least + i * step);
  });
  const tallest = Math.max(...bins) || 1, y = (part) => base - (base - top) * part;
  pen.fillStyle = colour.edge;
  bins.forEach((s, i) => pen.fillRect(left + i * (right - left) / bins.length, y(Math.sqrt(s / tallest)), (right - left) / bins.length - 0.7, base - y(Math.sqrt(s / tallest))));
  pen.fillStyle = colour.ink;
  pen.strokeStyle = colour.line;
  pen.textAlign = "right";
  for (const part of [0, 0.5, 1]) {
    pen.fillText(String(100 * part), left - 6, y(part));
    pen.strokeRect(left, y(part), right - left, 0.01);
  }
  const line = (stroke, weigh, whole, dash) => {
    let sum = 0;
    pen.beginPath();
    pen.moveTo(left, base);
    mean.forEach((s, i) => { if (s) { const at = x(least + i * step); pen.lineTo(at, y(sum / whole)); sum += s * weigh(least + i * step); pen.lineTo(at, y(sum / whole)); } });
    pen.lineTo(right, y(1));
    pen.strokeStyle = stroke;
    pen.lineWidth = 2;
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
  };
  line(colour.mean, () => 1, all, []);
  if (charged > 0) line(colour.select, (mA) => Math.max(0, mA), charged, [6, 3]);
  pen.textAlign = "center";
  const ticks = logarithmic ? Array.from({ length: 14 }, (_, i) => 10 ** (i - 6)).filter((mA) => mA >= floor && mA <= most)
    : nice(least, most, 5);
  for (const mA of ticks) pen.fillText(three(+mA.toPrecision(3)), Math.min(right - 12, x(mA)), high - 9);
  $("histogram-words").textContent = (alone ? "Every row counts with its time." : "Blocks of many rows count with their mean.")
    + (logarithmic && least <= 0 ? " What is at or below zero counts at the left edge." : "");
}
