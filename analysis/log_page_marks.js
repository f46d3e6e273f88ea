// Selection, markers, levels and notes; the address of the page keeps them, so a link carries the view.
function select(a, b) {
  state.selection = a === null ? null : { a: Math.max(T0, Math.min(a, b)), b: Math.min(T1, Math.max(a, b)) };
  changed();
}

function changed() {
  showSelection();
  showMarkers();
  draw();
}

// Rows of a list of figures: [name, text, value, unit].
function figures(found) {
  const life = lifetime(found.mean), rows = [
    ["mean", `${three(found.mean)} mA`, found.mean, "mA"], ["lowest", `${three(found.min)} mA`, found.min, "mA"],
    ["highest", `${three(found.max)} mA`, found.max, "mA"],
    ["peak to peak", `${three(found.max - found.min)} mA`, found.max - found.min, "mA"],
    ["standard deviation", `${three(found.sd)} mA`, found.sd, "mA"],
    ["charge", charge(found.mC) + (Math.abs(found.mC) < 3600 ? ` (${three(found.mC / 3600)} mAh)` : ""), found.mC, "mC"]];
  if (VOLTS) rows.push(["energy", energy(found.mJ) + (Math.abs(found.mJ) < 3.6e5 ? ` (${three(found.mJ / 3600)} mWh)` : ""), found.mJ, "mJ"],
    ["mean power", `${three(found.mJ / found.s)} mW`, found.mJ / found.s, "mW"],
    ["highest power", `${three(found.mW[1])} mW`, found.mW[1], "mW"],
    ["voltage", `${three(found.V[0])} to ${three(found.V[1])} V`, found.V[0], "V at least"]);
  rows.push(["duration", seconds(found.to - found.from, 6), found.to - found.from, "s"],
    ["rows", found.n.toLocaleString("en"), found.n, ""]);
  if (found.missing > 1e-9 + 1e-6 * found.s) rows.push(["missing in it", seconds(found.missing), found.missing, "s"]);
  if (life) rows.push(["battery life", life, null, ""]);
  return rows;
}

const chosen = () => state.selection ? statistics(state.selection.a, state.selection.b) : statistics(state.a, state.b);

function showSelection() {
  const found = chosen(), of = state.selection ? "Selection" : "In view";
  $("statistics-title").textContent = of;
  const typed = document.activeElement; // never overwritten while somebody types
  if (typed !== $("from")) $("from").value = found ? +found.from.toPrecision(12) : "";
  if (typed !== $("length")) $("length").value = found ? +(found.to - found.from).toPrecision(10) : "";
  $("figures").replaceChildren(...(found ? figures(found) : []).flatMap(([name, text]) => pair(name, text)));
  $("snapped").textContent = !found ? "No row lies in it." : D.rows[found.i] > 1 || D.rows[found.j - 1] > 1
    ? `Counted by whole blocks, from ${clock(found.from, 0.001)} to ${clock(found.to, 0.001)}.` : "";
  slowly(found);
}

function pair(name, text) {
  const term = document.createElement("dt"), told = document.createElement("dd");
  term.textContent = name;
  told.textContent = text;
  return [term, told];
}

// What takes longer than a frame waits until the hand rests: percentiles and the histogram.
let waiting = 0;
function slowly(found) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (!found) return;
    const counts = counted(found.i, found.j, 60000);
    const percentiles = [[0.05, "5 %"], [0.5, "median"], [0.95, "95 %"]].map(([part, name]) => {
      const [low, mean, high] = percentile(counts, part);
      return [name, counts.alone || low === high ? `${three(mean)} mA` : `${three(mean)} mA (${three(low)} to ${three(high)})`];
    });
    $("percentiles").replaceChildren(...percentiles.flatMap(([name, text]) => pair(name === "median" ? name : `${name} of time below`, text)));
    drawHistogram(counts);
    const said = figures(found).slice(0, 3).map(([name, text]) => `${name} ${text}`).join(", ");
    $("said").textContent = `${state.selection ? "Selection" : "View"} of ${seconds(found.to - found.from)}: ${said}`;
  }, 140);
}

// The stretch of a given length with the most charge, among those that begin with a block or end with one.
function dearest(long) {
  let best = null, most = -Infinity;
  const tried = (a) => {
    if (a < T0 || a + long > T1 * (1 + 1e-12)) return;
    const mC = between(D.mC, place(a), place(a + long));
    if (mC > most) [most, best] = [mC, a];
  };
  for (let i = 0; i < COUNT; i++) { tried(D.start[i]); tried(D.end[i] - long); }
  return best;
}

// How long a battery lasts at a mean current.
function lifetime(mean) {
  const mAh = +$("battery").value, part = +$("usable").value / 100;
  if (!(mAh > 0) || !(part > 0)) return "";
  return mean > 0 ? `${seconds(3600 * mAh * part / mean)}` : "no end: nothing is drawn";
}

function mark(t = state.pointer ?? (state.a + state.b) / 2) {
  state.markers.push({ t, label: "" });
  state.markers.sort((one, other) => one.t - other.t);
  changed();
}
function level(mA) {
  state.levels.push({ mA, label: "" });
  changed();
}

function button(text, does, label = text) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.title = label;
  made.addEventListener("click", does);
  return made;
}

function named(one, what) {
  const input = document.createElement("input");
  Object.assign(input, { value: one.label, placeholder: "name", maxLength: 80 });
  input.setAttribute("aria-label", `name of ${what}`);
  input.addEventListener("input", () => { one.label = input.value; draw(); });
  return input;
}

function listed(text, one, list, what, ...more) {
  const row = document.createElement("li"), place = document.createElement("span");
  place.textContent = text;
  row.append(place, named(one, what), ...more, button("×", () => { list.splice(list.indexOf(one), 1); changed(); }, `remove ${what}`));
  return row;
}

function showMarkers() {
  if ($("marked").contains(document.activeElement) && document.activeElement.tagName === "INPUT") return;
  const rows = state.markers.map((one, i) => {
    const what = `marker ${i + 1}`, next = state.markers[i + 1];
    const more = [button("go", () => look(one.t - (state.b - state.a) / 2, one.t + (state.b - state.a) / 2), `go to ${what}`)];
    if (next) more.push(button(`↔ ${seconds(next.t - one.t, 5)}`, () => select(one.t, next.t), `select from ${what} to the next`));
    return listed(`${i + 1}: ${clock(one.t, (state.b - state.a) / 1000)}`, one, state.markers, what, ...more);
  });
  rows.push(...state.levels.map((one, i) => listed(`${three(one.mA)} mA`, one, state.levels, `level ${i + 1}`)));
  $("marked").replaceChildren(...rows);
  $("unmarked").hidden = rows.length > 0;
}

// The view as the part of the address behind #, and back.
let keeping = 0;
function keep() {
  clearTimeout(keeping);
  keeping = setTimeout(() => { try { history.replaceState(null, "", "#" + address()); } catch { /* a page that was only quoted has no address */ } }, 200);
}

function address() {
  const text = encodeURIComponent, number = (value) => +value.toPrecision(12), parts = [];
  if (state.a !== T0 || state.b !== T1) parts.push(`v=${number(state.a)},${number(state.b)}`);
  if (state.selection) parts.push(`s=${number(state.selection.a)},${number(state.selection.b)}`);
  for (const { t, label } of state.markers) parts.push(`m=${number(t)},${text(label)}`);
  for (const { mA, label } of state.levels) parts.push(`h=${number(mA)},${text(label)}`);
  parts.push(`y=${state.scale},${state.limits},${state.low},${state.high}`);
  for (const key of ["V", "mW", "mC"]) if (state.shown[key]) parts.push(`p=${key}`);
  if (state.wall !== WALL) parts.push(`c=${state.wall ? 1 : 0}`);
  if (state.note) parts.push(`n=${text(state.note)}`);
  return parts.join("&");
}

function fromAddress(text) {
  const finite = (list) => list.map(Number).every(Number.isFinite);
  Object.assign(state, { a: T0, b: T1, selection: null, markers: [], levels: [], note: "", wall: WALL, shown: { V: false, mW: false, mC: false } });
  for (const part of text.replace(/^#/, "").split("&")) {
    const [key, value = ""] = [part.slice(0, 1), part.slice(2)], list = value.split(",");
    const label = () => { try { return decodeURIComponent(list.slice(1).join(",")); } catch { return ""; } };
    if (key === "v" && list.length === 2 && finite(list) && +list[1] > +list[0])
      [state.a, state.b] = [Math.max(T0, +list[0]), Math.min(T1, +list[1])];
    if (key === "s" && list.length === 2 && finite(list)) state.selection = { a: +list[0], b: +list[1] };
    if (key === "m" && finite(list.slice(0, 1))) state.markers.push({ t: +list[0], label: label() });
    if (key === "h" && finite(list.slice(0, 1))) state.levels.push({ mA: +list[0], label: label() });
    if (key === "y" && ["log", "linear"].includes(list[0]) && ["view", "whole", "fixed"].includes(list[1]) && finite(list.slice(2)) && +list[3] > +list[2])
      Object.assign(state, { scale: list[0], limits: list[1], low: +list[2], high: +list[3] });
    if (key === "p" && (VOLTS || value === "mC") && Object.hasOwn(state.shown, value)) state.shown[value] = true;
    if (key === "c" && START !== null) state.wall = value === "1";
    if (key === "n") { try { state.note = decodeURIComponent(value); } catch { /* half a link */ } }
  }
  if (!(state.b > state.a)) [state.a, state.b] = [T0, T1];
}
