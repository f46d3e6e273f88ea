// What is drawn of a stretch of time: rows or blocks as they are, or lowest to highest of each pixel.
const T0 = D.start[0], T1 = D.end[COUNT - 1], SPAN = T1 - T0;
const CHANNELS = {
  mA: { unit: "mA", name: "current", of: D.mA, sums: D.mC },
  V: { unit: "V", name: "voltage", of: D.V, sums: null },
  mW: { unit: "mW", name: "power", of: D.mW, sums: D.mJ },
  mC: { unit: "mC", name: "charge", of: null, sums: null },
};
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// {data: [x, high, low, mean], words, exact}: `mean` of a voltage is none where many rows are one.
function drawn(key, a, b, wide) {
  if (key === "mC") return running(a, b, wide);
  const [i, j] = blocksIn(a, b);
  return j - i <= 1.4 * wide ? byBlock(CHANNELS[key], i, j) : byPixel(CHANNELS[key], a, b, wide);
}

// The charge since the left edge of the view.
function running(a, b, wide) {
  const from = place(a), x = Array.from({ length: wide + 1 }, (_, i) => a + i * (b - a) / wide);
  const mC = x.map((t) => between(D.mC, from, place(t))), none = mC.map(() => null);
  return { data: [x, none, none, mC], words: "charge since the left edge", exact: true };
}

function meanOf(channel, i) {
  const s = D.s[i + 1] - D.s[i];
  if (D.rows[i] === 1 || !s) return D.rows[i] === 1 ? channel.of.low(i) : null;
  return channel.sums ? (channel.sums[i + 1] - channel.sums[i]) / s : (channel.of.low(i) + channel.of.high(i)) / 2;
}

function byBlock(channel, first, behind) {
  const x = [], high = [], low = [], mean = [];
  let most = 1;
  const put = (t, h, l, m) => { x.push(t); high.push(h); low.push(l); mean.push(m); };
  for (let i = Math.max(0, first - 1); i < Math.min(COUNT, behind + 1); i++) {
    const h = channel.of.high(i), l = channel.of.low(i), m = meanOf(channel, i);
    if (D.rows[i] > most) most = D.rows[i];
    put(D.start[i], h, l, m);
    put(D.end[i], h, l, m);
    if (i + 1 < COUNT && D.start[i + 1] - D.end[i] > 1e-9 + 1e-3 * (D.end[i] - D.start[i])) put(D.end[i], null, null, null);
  }
  const words = most === 1 ? "every row as it is" : `lowest to highest and mean of up to ${most.toLocaleString("en")} rows`;
  return { data: [x, high, low, mean], words, exact: most === 1 };
}

function byPixel(channel, a, b, wide) {
  const x = [], high = [], low = [], mean = [], size = (b - a) / wide;
  let before = place(a);
  for (let column = 0; column < wide; column++) {
    const from = a + column * size, [i, j] = blocksIn(from, from + size), after = place(from + size);
    x.push(from + size / 2);
    if (j <= i) { high.push(null); low.push(null); mean.push(null); before = after; continue; }
    const [l, h] = channel.of.of(i, j), s = between(D.s, before, after);
    const value = channel.sums && s > 0 ? between(channel.sums, before, after) / s : (l + h) / 2;
    high.push(h); low.push(l); mean.push(Math.min(h, Math.max(l, value)));
    before = after;
  }
  const [i, j] = blocksIn(a, b), rows = Math.round((D.n[j] - D.n[i]) / wide);
  const words = `each pixel: lowest to highest${channel.sums ? " and mean" : ""} of ${rows.toLocaleString("en")} rows (${seconds(size)})`;
  return { data: [x, high, low, mean], words, exact: false };
}

// The visits in view as [[state, from, to], ...]; where they are too many to see, each pixel shows its states
// side by side, each as wide as its share of the time.
function bandsIn(a, b, wide) {
  const { first, behind, state, count } = D.visits, [i, j] = blocksIn(a, b);
  const from = Math.max(0, notAbove(first, i) - 1), to = j > i ? notAbove(first, j - 1) : 0;
  if (!count || to <= from) return [];
  const times = (v) => [Math.max(a, D.start[first[v]]), Math.min(b, D.end[behind[v] - 1])];
  const every = Array.from({ length: Math.min(to - from, 2 * wide + 1) }, (_, k) => [state[from + k], ...times(from + k)]);
  if (every.length <= 2 * wide) return every.filter(([, start, end]) => end > start);
  const kinds = META.states.length, shares = new Float64Array(wide * kinds), size = (b - a) / wide;
  for (let v = from; v < to; v++) {
    const [start, end] = times(v), last = Math.min(wide - 1, Math.floor((end - a) / size));
    for (let column = Math.max(0, Math.floor((start - a) / size)); column <= last; column++)
      shares[column * kinds + state[v]] += Math.max(0, Math.min(end, a + (column + 1) * size) - Math.max(start, a + column * size));
  }
  const bands = [];
  for (let column = 0; column < wide; column++)
    for (let kind = 0, at = a + column * size; kind < kinds; kind++) {
      const long = shares[column * kinds + kind];
      if (long > 0) bands.push([kind, at, at += long]);
    }
  return bands;
}

// Numbers as people write them.
const three = (value) => {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? "0" : "–";
  return size >= 1e6 || size < 1e-4 ? value.toExponential(2) : size >= 1000 ? Math.round(value).toLocaleString("en")
    : String(+value.toPrecision(4));
};
function seconds(s, digits = 3) {
  for (const [limit, size, unit] of [[1e-3, 1e-6, "µs"], [1, 1e-3, "ms"], [120, 1, "s"], [7200, 60, "min"], [172800, 3600, "h"]])
    if (Math.abs(s) < limit * (1 - 1e-9)) return `${+(s / size).toPrecision(digits)} ${unit}`;
  return `${+(s / 86400).toPrecision(digits)} days`;
}
// An amount with its unit, and how far off it may be in the same unit.
function amount(value, off, sizes) {
  const [size, unit] = sizes.find(([, , least]) => Math.abs(value) >= least);
  const spread = off > 0 ? ` ± ${three(+(off / size).toPrecision(2))}` : "";
  return `${three(value / size)}${spread} ${unit}`;
}
const charge = (mC, off) => amount(mC, off, [[3600, "mAh", 3600], [1, "mC", 0]]);
const energy = (mJ, off) => Number.isNaN(mJ) ? "–" : amount(mJ, off, [[3.6e6, "Wh", 3.6e6], [3600, "mWh", 3.6e5], [1000, "J", 1000], [1, "mJ", 0]]);

// The time of the log, as far as the view needs it: 12.345 s, 3:20.5, 2 d 04:10.
const START = META.start ? Date.parse(META.start + (/[Z+]|-\d\d:\d\d$/.test(META.start.slice(10)) ? "" : "Z")) : null;
const STAMP_ZONE = META.start && /([+-]\d\d:\d\d)$/.test(META.start) ? META.start.slice(-6) : "+00:00";
const SHIFT = (STAMP_ZONE[0] === "-" ? -1 : 1) * (+STAMP_ZONE.slice(1, 3) * 60 + +STAMP_ZONE.slice(4)) * 60000;
const WALL = START !== null && SPAN > 43200; // a log of days is read by the clock
// `step` is what neighbours must differ by to look different.
function clock(t, step) {
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9))), two = (n) => String(n).padStart(2, "0");
  if (state.wall && START !== null) {
    const at = new Date(START + SHIFT + t * 1000).toISOString();
    if (step >= 86400) return at.slice(5, 10);
    return (SPAN > 86400 ? at.slice(5, 10) + " " : "") + at.slice(11, step >= 60 ? 16 : digits ? 20 + Math.min(3, digits) : 19);
  }
  const most = Math.max(Math.abs(T0), Math.abs(T1));
  if (most < 120) return `${t.toFixed(digits)} s`;
  const whole = Math.abs(+t.toFixed(digits)), days = Math.floor(whole / 86400), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
  const rest = (whole % 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  if (most < 3600) return `${t < 0 ? "\u2212" : ""}${m}:${rest}`;
  return `${t < 0 ? "\u2212" : ""}${days ? `${days} d ` : ""}${two(h % 24)}:${two(m)}${step >= 60 ? "" : ":" + rest}`;
}
