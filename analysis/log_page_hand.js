// What hands do: pointer, wheel, two fingers, keys, buttons and fields.
const fingers = new Map();

function handle(over, plot) {
  const at = (event) => plot.posToVal(event.clientX - over.getBoundingClientRect().left, "x");
  let held = null;
  over.tabIndex = -1;
  over.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan((event.deltaX || event.deltaY) / 1000);
    else zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaMode ? 30 * event.deltaY : event.deltaY)) / 400), at(event));
  }, { passive: false });
  over.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    over.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.clientX);
    held = fingers.size === 2 ? pinched(over) : grasped(event, at(event), plot);
  });
  over.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId) || !held) return;
    fingers.set(event.pointerId, event.clientX);
    held.moves(at(event), event);
  });
  const release = (event) => {
    if (fingers.delete(event.pointerId) && held) held.ends?.();
    held = null;
  };
  over.addEventListener("pointerup", release);
  over.addEventListener("pointercancel", release);
  over.addEventListener("dblclick", (event) => visitAt(at(event)));
}

// One finger or the button: an edge of the selection, a marker, a new selection, or the view itself.
function grasped(event, t, plot) {
  const near = 7 * (state.b - state.a) / width(), close = (one) => Math.abs(one - t) < near;
  const { selection } = state, marker = state.markers.find((one) => close(one.t));
  if (selection && close(selection.a)) return { moves: (now) => select(selection.b, now) };
  if (selection && close(selection.b)) return { moves: (now) => select(selection.a, now) };
  if (event.shiftKey || state.selecting) return { moves: (now) => select(t, now) };
  if (marker) return { moves: (now) => { marker.t = now; draw(); }, ends: () => { state.markers.sort((a, b) => a.t - b.t); changed(); } };
  const { a, b } = state, x = event.clientX, long = (b - a) / width();
  return { moves: (_, now) => look(a - (now.clientX - x) * long, b - (now.clientX - x) * long), ends: showSelection };
}

// Two fingers: the times under them stay under them.
function pinched(over) {
  const left = over.getBoundingClientRect().left, wide = width(), { a, b } = state;
  const place = (x) => (x - left) / wide, [p, q] = [...fingers.values()].sort((x, y) => x - y).map(place);
  const [s, t] = [a + p * (b - a), a + q * (b - a)];
  return { moves: () => {
    if (fingers.size !== 2) return;
    const [u, v] = [...fingers.values()].sort((x, y) => x - y).map(place), size = (t - s) / Math.max(0.02, v - u);
    look(s - u * size, s + (1 - u) * size);
  }, ends: showSelection };
}

function visitAt(t) {
  const { first, behind, count } = D.visits, [i] = blocksIn(t, t), v = count ? notAbove(first, i) - 1 : -1;
  if (v < 0) return;
  show(D.start[first[v]], D.end[behind[v] - 1]);
  showSelection();
}

// The next or previous cycle that begins outside the view's left edge.
function cycle(direction) {
  const times = Array.from(D.cycles, (block) => D.start[block]), edge = state.a + 0.06 / 1.12 * (state.b - state.a);
  const slack = 1e-6 * (state.b - state.a);
  const found = direction > 0 ? times.findIndex((t) => t > edge + slack) : times.findLastIndex((t) => t < edge - slack);
  if (found >= 0) showCycle(found);
}

const KEYS = {
  ArrowLeft: (event) => pan(event.shiftKey ? -0.02 : -0.2), ArrowRight: (event) => pan(event.shiftKey ? 0.02 : 0.2),
  "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6), 0: () => look(T0, T1), Home: () => look(T0, T1),
  n: () => cycle(1), p: () => cycle(-1), m: () => mark(), h: () => level(levelHere()), s: () => select(state.a, state.b),
  z: () => state.selection && show(state.selection.a, state.selection.b),
  l: () => press("scale"), v: () => VOLTS && press("V"), w: () => VOLTS && press("mW"), q: () => press("mC"), b: () => back(), c: () => copy(false), "?": () => $("keys").showModal(),
  Escape: () => { state.selecting = false; pressed(); select(null); },
};

const levelHere = () => {
  const { plot } = panes.get("mA"), { top } = plot.cursor;
  return +(top >= 0 ? plot.posToVal(top, "y") : D.mA.of(...blocksIn(state.a, state.b))[1]).toPrecision(4);
};

addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const does = KEYS[event.key];
  if (!does || (event.target.closest?.("button, summary") && event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  does(event);
  showSelection();
});

const BUTTONS = {
  in: () => zoom(0.6, (state.a + state.b) / 2), out: () => zoom(1 / 0.6, (state.a + state.b) / 2), all: () => look(T0, T1),
  previous: () => cycle(-1), next: () => cycle(1), select: () => { state.selecting = !state.selecting; },
  view: () => select(state.a, state.b), clear: () => select(null), zoomed: KEYS.z, mark: () => mark((state.a + state.b) / 2), level: () => level(levelHere()),
  scale: () => { state.scale = state.scale === "log" ? "linear" : "log"; makePanes(); },
  V: () => { state.shown.V = !state.shown.V; makePanes(); }, mW: () => { state.shown.mW = !state.shown.mW; makePanes(); }, mC: () => { state.shown.mC = !state.shown.mC; makePanes(); },
  wall: () => { state.wall = !state.wall; }, copy: () => copy(false), "copy-csv": () => copy(true), csv: () => saveCsv(), png: () => savePng(),
  link: () => toClipboard(location.href.split("#")[0] + "#" + address(), "Link copied."), help: () => $("keys").showModal(),
};

function press(name) {
  BUTTONS[name]();
  pressed();
}

// Which of the buttons are down, and the fields beside them.
function pressed() {
  const down = { scale: state.scale === "log", V: state.shown.V, mW: state.shown.mW, mC: state.shown.mC, wall: state.wall, select: state.selecting };
  for (const [name, is] of Object.entries(down)) document.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-pressed", is);
  $("limits").value = state.limits;
  $("fixed").hidden = state.limits !== "fixed";
  [$("low").value, $("high").value, $("note").value] = [state.low, state.high, state.note];
}

const ROW_S = META.row * META.tick_s;
function fields() {
  $("window").value = +Math.min(SPAN / 5, Math.max(1, 10 * ROW_S)).toPrecision(2);
  for (const node of document.querySelectorAll("[data-do]"))
    node.addEventListener("click", () => { press(node.dataset.do); showSelection(); draw(); });
  $("limits").addEventListener("change", () => { state.limits = $("limits").value; pressed(); draw(); });
  for (const name of ["low", "high"]) $(name).addEventListener("change", () => {
    const [low, high] = [+$("low").value, +$("high").value];
    if (Number.isFinite(low) && high > low && (state.scale !== "log" || high > 0)) Object.assign(state, { low, high });
    else inform("The upper limit must be above the lower one, and above zero on a logarithmic axis.");
    pressed();
    draw();
  });
  const typed = () => {
    const [from, long] = [+$("from").value, +$("length").value];
    if (Number.isFinite(from) && long > 0) select(from, from + long); else showSelection();
  };
  for (const name of ["from", "length"]) $(name).addEventListener("change", typed);
  for (const name of ["battery", "usable"]) $(name).addEventListener("input", showSelection);
  $("find").addEventListener("click", () => {
    const long = +$("window").value, least = META.kind === "visits" ? 0 : ROW_S, from = long >= least && long > 0 && long < SPAN ? dearest(long) : null;
    if (from === null) { inform(`A length from ${seconds(least)} to less than ${seconds(SPAN)}, please.`); return; }
    select(from, from + long);
    show(from, from + long);
    showSelection();
  });
  $("note").addEventListener("input", () => { state.note = $("note").value; keep(); });
}

// The small picture of the whole log: a click moves the view there, a drag at its edges resizes it.
function overviewHands() {
  const node = $("overview"), wide = () => node.clientWidth - LEFT - RIGHT;
  const at = (event) => T0 + SPAN * (event.clientX - node.getBoundingClientRect().left - LEFT) / wide();
  let held = null;
  node.addEventListener("pointerdown", (event) => {
    const t = at(event), near = 8 * SPAN / wide(), { a, b } = state;
    node.setPointerCapture(event.pointerId);
    if (Math.abs(t - a) < near && b - a < SPAN) held = (now) => look(Math.min(now, b), Math.max(now, b));
    else if (Math.abs(t - b) < near && b - a < SPAN) held = (now) => look(Math.min(now, a), Math.max(now, a));
    else if (b - a >= 0.999 * SPAN) held = (now) => look(Math.min(t, now), Math.max(t, now));
    else {
      const off = t > a && t < b ? t - a : (b - a) / 2;
      held = (now) => look(now - off, now - off + b - a);
      held(t);
    }
  });
  node.addEventListener("pointermove", (event) => held?.(at(event)));
  for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, () => { held = null; showSelection(); });
}

function inform(text) {
  $("told").textContent = text;
  $("told").dataset.on = "1";
  setTimeout(() => { delete $("told").dataset.on; }, 4000);
}
