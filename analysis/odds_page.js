// Draws a page of odds from the document that stands in it as JSON. No library, nothing is loaded.
"use strict";
const DATA = JSON.parse(document.getElementById("data").textContent);
const NS = "http://www.w3.org/2000/svg";
const tip = document.getElementById("tip");
// On a phone charts are drawn narrow, with fewer words, instead of shrunk until nobody can read them.
const PHONE = document.querySelector("main").clientWidth < 520;
const HALF = PHONE ? 340 : 560, FULL = PHONE ? 340 : 1000;

function make(parent, name, attributes = {}, text = null) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== null) node.textContent = text;
  parent.appendChild(node);
  return node;
}

const share = (part) => part >= 1 ? "100" : part <= 0 ? "0" : Math.min(Math.max(100 * part, 0.1), 99.9).toFixed(1);
const signed = (value, digits = 0) => (value > 0 ? "+" : value < 0 ? "\u2212" : "") + Math.abs(value).toFixed(digits);

// What a place on a chart says when it is pointed at, or reached by the keyboard.
function says(parent, box, text) {
  const hit = make(parent, "rect", { ...box, class: "hit", tabindex: 0, role: "img", "aria-label": text });
  const show = (x, y) => {
    tip.textContent = text;
    tip.style.opacity = 1;
    const wide = tip.offsetWidth, high = tip.offsetHeight;
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - wide - 4)) + "px";
    tip.style.top = (y + high + 20 > innerHeight ? y - high - 12 : y + 16) + "px";
  };
  hit.addEventListener("pointermove", (event) => show(event.clientX, event.clientY));
  hit.addEventListener("focus", () => {
    const at = hit.getBoundingClientRect();
    show(at.left + at.width / 2, at.top + at.height / 2);
  });
  for (const end of ["pointerleave", "blur"]) hit.addEventListener(end, () => { tip.style.opacity = 0; });
  return hit;
}

// An empty chart with its lines across: {svg, x, y, wide, high}.
function chart(id, wide, high, left, bottom, low, top, ticks, unit) {
  const host = document.getElementById(id);
  host.replaceChildren();
  const svg = make(host, "svg", { viewBox: `0 0 ${wide} ${high}`, role: "group" });
  const y = (value) => 14 + (high - bottom - 14) * (1 - (value - low) / (top - low));
  for (const tick of ticks) {
    make(svg, "line", { x1: left, x2: wide - 6, y1: y(tick), y2: y(tick), class: "grid" });
    make(svg, "text", { x: left - 7, y: y(tick) + 4, "text-anchor": "end", class: "faint" }, tick + unit);
  }
  return { svg, y, wide, high, left, inner: wide - left - 6, base: high - bottom };
}

function ticksOf(low, top, count = 5) {
  const raw = (top - low) / count, size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * size).find((s) => s >= raw);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= top + 1e-9; at += step) found.push(+at.toFixed(6));
  return found;
}

function months() {
  const spans = [...DATA.months, DATA.year];
  const least = Math.min(95, 100 * Math.min(...spans.map((one) => one.least)));
  const low = Math.max(0, least - 0.08 * (100 - least));
  const c = chart("months", HALF, PHONE ? 230 : 300, 52, 28, low, 100, ticksOf(low, 100), " %");
  const step = c.inner / 13.6;
  spans.forEach((one, at) => {
    const year = at === 12, x = c.left + step * (at + 0.5 + (year ? 0.5 : 0));
    make(c.svg, "line", { x1: x, x2: x, y1: c.y(100 * one.least), y2: c.y(100 * one.most),
      stroke: "var(--sky)", "stroke-width": 8 });
    make(c.svg, "circle", { cx: x, cy: c.y(100 * one.chance), r: year ? 7 : 5.5,
      fill: year ? "var(--red)" : "var(--blue)" });
    make(c.svg, "text", { x, y: c.high - 8, "text-anchor": "middle" }, PHONE && !year ? one.name[0] : one.name);
    const down = one.down_h;
    says(c.svg, { x: x - step / 2, y: 8, width: step, height: c.base - 8 },
      `${year ? "The year" : one.name}: ${share(one.chance)} % (${share(one.least)} to ${share(one.most)})\n` +
      `hours down: mean ${down.mean.toFixed(1)}, P90 ${down.p90}, P99 ${down.p99}\n` +
      `sun over need: ${one.margin === null ? "-" : one.margin.toFixed(1)}\n` +
      `pictures a day: P50 ${one.pictures_a_day.p50.toFixed(0)}, P90 ${one.pictures_a_day.p90.toFixed(0)}`);
  });
}

function hours() {
  const names = ["none", "to 6 h", "to a day", "to 3 days", "to a week", "to 2 weeks", "to a month", "to 3 months", "more"];
  const shares = DATA.hours_down_classes.map((one) => one.share);
  const shown = shares.slice(0, Math.max(4, shares.findLastIndex((part) => part > 0) + 1));
  const c = chart("hours", HALF, 300, 88, 10, 0, 1, [], "");
  const row = (c.high - 24) / shown.length, scale = (c.inner - 70);
  shown.forEach((part, at) => {
    const y = 14 + row * at, colour = at < 1 ? "--green" : at < 3 ? "--orange" : "--red";
    make(c.svg, "text", { x: c.left - 8, y: y + row / 2 + 4, "text-anchor": "end" }, names[at]);
    make(c.svg, "rect", { x: c.left, y: y + row * 0.14, width: Math.max(1, scale * part), height: row * 0.72,
      rx: 3, fill: `var(${colour})` });
    make(c.svg, "text", { x: c.left + scale * part + 8, y: y + row / 2 + 4 }, share(part) + " %");
    says(c.svg, { x: 0, y, width: c.wide, height: row }, `Hours lost in a year, ${names[at]}:\n${share(part)} % of years`);
  });
}

function charge() {
  const weeks = DATA.weeks;
  const c = chart("charge", HALF, PHONE ? 230 : 300, 52, 28, 0, 100, [0, 25, 50, 75, 100], " %");
  const x = (at) => c.left + c.inner * at / (weeks.length - 1);
  const line = (key) => weeks.map((one, at) => `${x(at).toFixed(1)},${c.y(100 * one[key]).toFixed(1)}`);
  const area = (upper, lower, opacity) => make(c.svg, "polygon", {
    points: [...line(upper), ...line(lower).reverse()].join(" "), fill: "var(--sky)", "fill-opacity": opacity });
  area("p50", "p90", 0.55);
  area("p90", "p99", 0.25);
  for (const [key, colour, dash] of [["p50", "--blue", ""], ["p90", "--blue", "5 3"], ["p99", "--red", ""]])
    make(c.svg, "polyline", { points: line(key).join(" "), fill: "none", stroke: `var(${colour})`,
      "stroke-width": key === "p50" ? 2.4 : 1.5, "stroke-dasharray": dash });
  const names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  weeks.forEach((one, at) => {
    const [month, day] = one.from.split("-").map(Number);
    if (day <= 7) make(c.svg, "text", { x: x(at), y: c.high - 8, "text-anchor": "middle" },
      PHONE ? names[month - 1][0] : names[month - 1]);
    const step = c.inner / (weeks.length - 1);
    says(c.svg, { x: x(at) - step / 2, y: 8, width: step, height: c.base - 8 },
      `Week of ${day} ${names[month - 1]}, lowest charge:\nusual ${(100 * one.p50).toFixed(0)} %, one year in ten ` +
      `${(100 * one.p90).toFixed(0)} %, one in a hundred ${(100 * one.p99).toFixed(0)} %`);
  });
}

function energy() {
  const most = Math.max(...DATA.months.map((one) => Math.max(one.offered_Wh, one.used_Wh))) || 1;
  const c = chart("energy", HALF, PHONE ? 230 : 300, 52, 28, 0, most, ticksOf(0, most, 4), " Wh");
  const step = c.inner / 12;
  DATA.months.forEach((one, at) => {
    const x = c.left + step * at;
    for (const [value, wide, colour] of [[one.offered_Wh, 0.8, "--yellow"], [one.used_Wh, 0.42, "--blue"]])
      make(c.svg, "rect", { x: x + step * (1 - wide) / 2, y: c.y(value), width: step * wide,
        height: Math.max(0, c.base - c.y(value)), fill: `var(${colour})` });
    make(c.svg, "text", { x: x + step / 2, y: c.high - 8, "text-anchor": "middle" }, PHONE ? one.name[0] : one.name);
    says(c.svg, { x, y: 8, width: step, height: c.base - 8 },
      `${one.name}: the charger could have had ${one.offered_Wh.toFixed(1)} Wh,\ntook ${one.taken_Wh.toFixed(1)} Wh; ` +
      `the node used ${one.used_Wh.toFixed(1)} Wh`);
  });
}

// What a row of bars is called: beside them, or above them on a phone.
function rowName(c, name, top, row) {
  if (PHONE) make(c.svg, "text", { x: 0, y: top + 13, class: "row" }, name);
  else make(c.svg, "text", { x: c.left - 10, y: top + row / 2 + 4, "text-anchor": "end" }, name);
}

const MEASURES = {
  chance: ["years without loss", (one) => 100 * one.chance, 1, "points of years", 1],
  down_h: ["hours down", (one) => one.down_h, 0, "h a year", -1],
  reserve: ["lowest charge", (one) => 100 * one.reserve, 0, "points of charge", 1],
  pictures: ["pictures", (one) => one.pictures_a_day, 1, "pictures a day", 1],
};

function sensitivity(chosen) {
  const [, value, digits, unit, good] = MEASURES[chosen];
  const inputs = new Map();
  for (const one of DATA.sensitivity) inputs.set(one.what, [...(inputs.get(one.what) || []), one]);
  const rows = [...inputs].map(([what, both]) => [what, both, Math.max(...both.map((one) => Math.abs(value(one))))])
    .sort((a, b) => b[2] - a[2]);
  const wide = document.getElementById("sensitivity").clientWidth > 760 ? 1000 : PHONE ? FULL : 620;
  const over = PHONE ? 18 : 0, row = 34 + over;
  const c = chart("sensitivity", wide, 30 + row * rows.length, PHONE ? 4 : 150, 10, 0, 1, [], "");
  const most = Math.max(1e-9, ...rows.map((one) => one[2]));
  const zero = c.left + c.inner * (PHONE ? 0.56 : 0.5), scale = (c.inner / 2 - (wide > 800 ? 160 : 115)) / most;
  rows.forEach(([what, both], at) => {
    const top = 14 + row * at;
    rowName(c, what, top, row);
    const aside = both.length > 1 && value(both[0]) * value(both[1]) > 0;
    both.forEach((one, place) => {
      const moved = value(one), tall = row - over, high = aside ? tall * 0.38 : tall * 0.66;
      const y = over + (aside ? top + tall * (0.1 + 0.42 * place) : top + tall * 0.17);
      const left = moved < 0 || (moved === 0 && place === 1);
      make(c.svg, "rect", { x: Math.min(zero, zero + scale * moved), y, width: Math.abs(scale * moved), height: high,
        rx: 2, fill: moved * good >= 0 ? "var(--green)" : "var(--red)" });
      make(c.svg, "text", { x: zero + scale * moved + (left ? -8 : 8), y: y + high / 2 + 4,
        "text-anchor": left ? "end" : "start", class: moved ? "" : "faint" }, one.moved_to);
    });
    says(c.svg, { x: 0, y: top, width: c.wide, height: row }, both.map((one) =>
      `${what}, ${one.moved_to}: ${signed(value(one), digits)} ${unit}`).join("\n"));
  });
  make(c.svg, "line", { x1: zero, x2: zero, y1: 8, y2: c.high - 8, stroke: "var(--ink)" });
}

function tabs() {
  const sure = DATA.sensitivity.every((one) => Math.abs(one.chance) < 0.0005);
  choose(document.getElementById("measures"), MEASURES, sensitivity, sure ? "reserve" : "chance");
}

if (DATA.kind === "viability") {
  months(); hours(); charge(); energy();
  if (DATA.sensitivity.length) tabs();
}

// Cividis, from seldom to always: colours that any eye tells apart.
const STEPS = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
const CIVIDIS = ["#00224e", "#1a386f", "#434e6c", "#61656f", "#7d7c78", "#9b9476", "#bcae6c", "#dfc95c", "#fee838"];
const shade = (part) => CIVIDIS[STEPS.filter((step) => part >= step).length];

// The best size for a promise: the cheapest, else the least product of both.
function bestSize(promise) {
  let best = null;
  DATA.panels_W.forEach((W, p) => DATA.batteries_Ah.forEach((Ah, b) => {
    if (DATA.chance[p][b] < promise) return;
    const priced = DATA.panel_prices || DATA.battery_prices;
    const price = (DATA.panel_prices ? DATA.panel_prices[p] : 0) + (DATA.battery_prices ? DATA.battery_prices[b] : 0);
    const cost = +(priced ? price : W * Ah).toPrecision(6);
    if (best === null || cost < best.cost) best = { p, b, cost, W, Ah, price: priced ? price : null };
  }));
  return best;
}

function sizes(promise) {
  const panels = DATA.panels_W, batteries = DATA.batteries_Ah;
  const order = (list) => list.map((_, at) => at).sort((a, b) => list[a] - list[b]);
  const across = order(panels), up = order(batteries);
  const c = chart("map", FULL, PHONE ? 380 : 620, PHONE ? 56 : 70, 50, 0, 1, [], "");
  const wide = c.inner / panels.length, high = (c.base - 14) / batteries.length;
  const best = bestSize(promise);
  const every = (count) => Math.ceil(count / (PHONE ? 5 : 10));
  const kept = (column, row) => DATA.chance[across[column]][up[row]] >= promise;
  const border = (x1, y1, x2, y2) => make(c.svg, "line", { x1, y1, x2, y2, stroke: "#d55e00", "stroke-width": 3.5,
    "stroke-linecap": "square" });
  across.forEach((p, column) => up.forEach((b, row) => {
    const x = c.left + wide * column, y = c.base - high * (row + 1), part = DATA.chance[p][b];
    make(c.svg, "rect", { x, y, width: wide + 0.5, height: high + 0.5, fill: shade(part) });
  }));
  across.forEach((p, column) => up.forEach((b, row) => {
    const x = c.left + wide * column, y = c.base - high * (row + 1);
    if (column > 0 && kept(column, row) !== kept(column - 1, row)) border(x, y, x, y + high);
    if (row > 0 && kept(column, row) !== kept(column, row - 1)) border(x, y + high, x + wide, y + high);
  }));
  across.forEach((p, column) => up.forEach((b, row) => {
    const x = c.left + wide * column, y = c.base - high * (row + 1), part = DATA.chance[p][b];
    if (best && best.p === p && best.b === b)
      make(c.svg, "text", { x: x + wide / 2, y: y + high / 2 + 9, "text-anchor": "middle",
        style: `font-size:${PHONE ? 20 : 26}px;fill:#d55e00;stroke:white;paint-order:stroke;stroke-width:4px` }, "\u2605");
    if (row === 0 && column % every(panels.length) === 0)
      make(c.svg, "text", { x: x + wide / 2, y: c.base + 18, "text-anchor": "middle" }, +panels[p].toPrecision(3));
    if (column === 0 && row % every(batteries.length) === 0)
      make(c.svg, "text", { x: c.left - 8, y: y + high / 2 + 4, "text-anchor": "end" }, +batteries[b].toPrecision(3));
    says(c.svg, { x, y, width: wide, height: high },
      `${+panels[p].toPrecision(3)} W, ${+batteries[b].toPrecision(3)} Ah: ${share(part)} % of years\n` +
      `${DATA.down_h[p][b].toFixed(1)} h down a year, ${DATA.pictures_a_day[p][b].toFixed(0)} pictures a day`);
  }));
  make(c.svg, "text", { x: c.left + c.inner / 2, y: c.high - 6, "text-anchor": "middle" }, "panel by its label, W");
  make(c.svg, "text", { x: 14, y: c.base / 2, "text-anchor": "middle",
    transform: `rotate(-90 14 ${c.base / 2})` }, "battery, Ah");
  const said = best === null ? "no size on the map keeps it"
    : `${+best.W.toPrecision(3)} W and ${+best.Ah.toPrecision(3)} Ah` + (best.price === null ? "" : ` for ${best.price.toFixed(2)}`);
  document.getElementById("promised").textContent = `${share(promise)} % of years: ${said}`;
}

// What the colours mean, under the map.
function legend() {
  const names = ["under 10 %", "10", "25", "50", "75", "90", "95", "99", "99.9 and more"];
  const host = document.createElement("p");
  host.className = "legend";
  names.forEach((name, at) => {
    const swatch = document.createElement("span");
    swatch.style.setProperty("--shade", CIVIDIS[at]);
    swatch.textContent = name;
    host.appendChild(swatch);
  });
  document.getElementById("map").after(host);
}

// A slider whose upper end is fine: 0 is half of the years, 1 all of those that were lived.
function promises() {
  const slider = document.getElementById("promise"), least = 0.5 / DATA.years;
  const of = (at) => at >= 1 ? 1 : 1 - 0.5 * (least / 0.5) ** at;
  slider.value = DATA.promise >= 1 ? 1 : Math.log((1 - DATA.promise) / 0.5) / Math.log(least / 0.5);
  slider.addEventListener("input", () => sizes(of(+slider.value)));
  sizes(DATA.promise);
  legend();
}

if (DATA.kind === "size") promises();

// Several side by side: a bar each, by the figure that is chosen.
const SIDES = {
  chance: ["years without loss", (one) => 100 * one.year.chance, (value) => value.toFixed(1) + " %"],
  down: ["hours down", (one) => one.year.down_h.mean, (value) => value.toFixed(1) + " h a year"],
  reserve: ["lowest charge", (one) => 100 * one.reserve_p90, (value) => value.toFixed(0) + " %"],
  pictures: ["pictures", (one) => one.year.pictures_a_day.p50, (value) => value.toFixed(1) + " a day"],
  cost: ["energy of a picture", (one) => (one.mJ_per_picture ?? 0) / 1000, (value) => value.toFixed(1) + " J"],
};

function sides(chosen) {
  const [, value, told] = SIDES[chosen];
  const wide = document.getElementById("sides").clientWidth > 760 ? 1000 : PHONE ? FULL : 620;
  const over = PHONE ? 18 : 0, row = 34 + over;
  const c = chart("sides", wide, 20 + row * DATA.rows.length, PHONE ? 4 : 190, 6, 0, 1, [], "");
  const most = Math.max(1e-9, ...DATA.rows.map(value)), scale = (c.inner - 110) / most;
  DATA.rows.forEach((one, at) => {
    const y = 10 + row * at, year = one.year, long = Math.max(1, scale * value(one));
    const tall = row - over, bar = y + over + tall * 0.17;
    rowName(c, one.name, y, row);
    make(c.svg, "rect", { x: c.left, y: bar, width: long, height: tall * 0.66, rx: 2, fill: "var(--blue)" });
    make(c.svg, "text", { x: c.left + long + 8, y: bar + tall * 0.33 + 4 }, told(value(one)));
    says(c.svg, { x: 0, y, width: c.wide, height: row },
      `${one.name}: ${share(year.chance)} % of years without a lost hour (${share(year.least)} to ${share(year.most)})\n` +
      `hours down: mean ${year.down_h.mean.toFixed(1)}, P90 ${year.down_h.p90}, P99 ${year.down_h.p99}\n` +
      `lowest charge ${(100 * one.reserve_p90).toFixed(0)} %; pictures a day ${year.pictures_a_day.p50.toFixed(1)}`);
  });
}

// Sites where they lie, by longitude and latitude; each says its figures.
function places(value, told, low, top) {
  const all = DATA.sites, shown = (of, most) => [Math.min(...all.map(of)), Math.max(...all.map(of))]
    .map((end, at) => Math.max(-most, Math.min(most, end + (at ? 1 : -1) * 0.06 * most)));
  const [west, east] = shown((one) => one.longitude, 180), [south, north] = shown((one) => one.latitude, 90);
  const wide = FULL, high = Math.max(220, Math.min(700, 30 + (wide - 60) * (north - south) / (east - west)));
  const c = chart("places", wide, high, 52, 26, south, north, ticksOf(south, north, 6), "°");
  const x = (at) => c.left + c.inner * (at - west) / (east - west);
  for (const tick of ticksOf(west, east, PHONE ? 4 : 8))
    make(c.svg, "text", { x: x(tick), y: c.high - 6, "text-anchor": "middle", class: "faint" }, tick + "°");
  const size = Math.max(6, Math.min(22, 0.9 * wide / Math.sqrt(2 * all.length)));
  for (const one of all) {
    const at = value(one), part = (at - low) / (top - low || 1);
    const box = { x: x(one.longitude) - size / 2, y: c.y(one.latitude) - size / 2, width: size, height: size };
    make(c.svg, "rect", { ...box, rx: 2, fill: at === null ? "var(--faint)" : CIVIDIS[Math.round(8 * Math.max(0, Math.min(1, part)))],
      stroke: "var(--ink)", "stroke-width": 0.4 });
    says(c.svg, box, told(one));
  }
}

function choose(host, measures, draw, first) {
  const press = (chosen) => {
    for (const button of host.children) button.setAttribute("aria-pressed", button.dataset.key === chosen);
    draw(chosen);
  };
  for (const [key, [name]] of Object.entries(measures)) {
    const button = document.createElement("button");
    button.textContent = name;
    button.dataset.key = key;
    button.addEventListener("click", () => press(key));
    host.appendChild(button);
  }
  press(first);
}

if (DATA.kind === "compare") choose(document.getElementById("measures"), SIDES, sides, "chance");
if (DATA.kind === "sites") places((one) => one.chance, (one) =>
  `${one.name}: ${share(one.chance)} % of years without a lost hour (${share(one.least)} to ${share(one.most)})\n` +
  `hours down: mean ${one.down_mean_h.toFixed(1)}, P99 ${one.down_p99_h}; lowest charge ${(100 * one.reserve_p90).toFixed(0)} %\n` +
  `worst in ${one.worst_month}; pictures a day ${one.pictures_a_day.toFixed(0)}`, 0, 1);
if (DATA.kind === "size of sites") {
  const panels = DATA.sites.map((one) => one.panel_W).filter((one) => one !== null).map(Math.log);
  places((one) => one.panel_W === null ? null : Math.log(one.panel_W), (one) => one.panel_W === null
    ? `${one.name}: nothing on the map keeps the promise`
    : `${one.name}: ${+one.panel_W.toPrecision(3)} W and ${+one.battery_Ah.toPrecision(3)} Ah` +
      `${one.price === null ? "" : ` for ${one.price.toFixed(2)}`}: ${share(one.chance)} % of years`,
    Math.min(...panels), Math.max(...panels));
}
