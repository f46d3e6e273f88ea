// Reads the blocks that stand in the page (log_page_code.py wrote them) and answers what any stretch holds.
const $ = (id) => document.getElementById(id);
const META = JSON.parse($("data").textContent);
const COUNT = META.blocks, VOLTS = META.volts > 0, TOLD_TOGETHER = 256;

async function unpack() {
  const text = atob($("blocks").textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Every stream as whole numbers: low bytes, high bytes, and what is longer from the end of the file.
function reader(bytes) {
  const whole = 2 * META.lengths.reduce((sum, length) => sum + length, 0);
  const long = new Float64Array(bytes.slice(whole).buffer);
  let at = 0, taken = 0, number = 0;
  return () => {
    const length = META.lengths[number++], high = at + length, values = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const folded = bytes[at + i] | bytes[high + i] << 8;
      if (folded !== 0xffff) { values[i] = folded >>> 1 ^ -(folded & 1); continue; }
      const far = long[taken++];
      values[i] = far % 2 ? -(far + 1) / 2 : far / 2;
    }
    at += 2 * length;
    return values;
  };
}

// A stream that is told from the value before or from zero, as its first entries say.
function told(values, count) {
  const flags = Math.ceil(count / TOLD_TOGETHER), found = new Int32Array(count);
  for (let i = 0, before = 0; i < count; i++) {
    before = values[flags + i] + (values[i / TOLD_TOGETHER | 0] ? before : 0);
    found[i] = before;
  }
  return found;
}

function summed(values) {
  const found = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) found[i + 1] = found[i] + values[i];
  return found;
}

// Lowest and highest of any run of blocks, by levels of sixteen.
class Extremes {
  constructor(low, high, step) {
    this.step = step;
    this.levels = [[low, high]];
    while (this.levels.at(-1)[0].length > 16) {
      const [lows, highs] = this.levels.at(-1), count = Math.ceil(lows.length / 16);
      const least = new Int32Array(count).fill(2147483647), most = new Int32Array(count).fill(-2147483648);
      for (let i = 0; i < lows.length; i++) {
        const up = i >> 4;
        if (lows[i] < least[up]) least[up] = lows[i];
        if (highs[i] > most[up]) most[up] = highs[i];
      }
      this.levels.push([least, most]);
    }
  }
  low(i) { return this.levels[0][0][i] * this.step; }
  high(i) { return this.levels[0][1][i] * this.step; }
  // Of blocks from i to before j, as [lowest, highest].
  of(i, j) {
    let least = Infinity, most = -Infinity, level = 0;
    const take = (at) => {
      const [lows, highs] = this.levels[level];
      if (lows[at] < least) least = lows[at];
      if (highs[at] > most) most = highs[at];
    };
    for (; i < j; level++, i >>= 4, j >>= 4) {
      const top = level === this.levels.length - 1;
      while (i < j && (i & 15 || top)) take(i++);
      while (i < j && j & 15) take(--j);
    }
    return [least * this.step, most * this.step];
  }
}

function decode(bytes) {
  const next = reader(bytes), tick = META.tick_s, step = META.step_mA, row_s = META.row * tick;
  const rows = new Int32Array(COUNT), start = new Float64Array(COUNT), end = new Float64Array(COUNT);
  const rowDiffs = next(), reaches = next(), starts = next(), lacks = next();
  const covered = new Float64Array(COUNT);
  for (let i = 0, before = 0, at = 0; i < COUNT; i++) {
    before = rows[i] = before + rowDiffs[i];
    const reach = reaches[i] + before * META.row;
    at += starts[i];
    start[i] = META.zero_s + at * tick;
    at += reach;
    end[i] = META.zero_s + at * tick;
    covered[i] = reach - lacks[i];
  }
  const low = told(next(), COUNT), high = Int32Array.from(low), above = told(next(), META.many);
  const charges = next(), squares = next();
  const charge = new Float64Array(COUNT), square = new Float64Array(COUNT);
  const units = new Float64Array(META.many); // charge in its own units, which the energy is told from
  for (let i = 0, k = 0; i < COUNT; i++) {
    const seconds = covered[i] * tick;
    if (rows[i] > 1) {
      high[i] += above[k];
      units[k] = charges[k] + Math.floor((low[i] + high[i]) * covered[i] / (2 * META.row) + 0.5);
      charge[i] = units[k] * step * row_s;
      square[i] = squares[k++] * META.square_unit + (seconds ? charge[i] * charge[i] / seconds : 0);
    } else {
      charge[i] = low[i] * step * seconds;
      square[i] = charge[i] * low[i] * step;
    }
  }
  const found = {
    rows, start, end, mA: new Extremes(low, high, step), V: null, mW: null, J: null,
    n: summed(rows), s: summed(covered.map((ticks) => ticks * tick)), mC: summed(charge), square: summed(square),
  };
  if (VOLTS) decodeVolts(found, next, { low, high, units, covered });
  found.visits = decodeVisits(found, next);
  return found;
}

function decodeVolts(found, next, { low, high, units, covered }) {
  const lowV = told(next(), COUNT), highV = Int32Array.from(lowV), above = told(next(), META.many);
  const lows = next(), highs = next(), energies = next();
  const stepW = META.step_mA * META.step_V * META.volts, unit = stepW * META.row * META.tick_s;
  const lowW = new Int32Array(COUNT), highW = new Int32Array(COUNT), energy = new Float64Array(COUNT);
  const by = META.volts;
  for (let i = 0, k = 0; i < COUNT; i++) {
    if (found.rows[i] > 1) {
      highV[i] += above[k];
      lowW[i] = lows[k] + Math.floor(low[i] * highV[i] / by + 0.5);
      highW[i] = highs[k] + Math.floor(high[i] * lowV[i] / by + 0.5);
      energy[i] = unit * (energies[k] + Math.floor(units[k] * (lowV[i] + highV[i]) / (2 * by) + 0.5));
      k++;
    } else {
      lowW[i] = highW[i] = Math.round(low[i] * lowV[i] / by);
      energy[i] = low[i] * META.step_mA * lowV[i] * META.step_V * covered[i] * META.tick_s;
    }
  }
  found.V = new Extremes(lowV, highV, META.step_V);
  found.mW = new Extremes(lowW, highW, stepW);
  found.mJ = summed(energy);
}

// Visits to states: first block, block behind the last, state. And the cycles' first blocks.
function decodeVisits(found, next) {
  const state = Int32Array.from(next()), first = Int32Array.from(summed(next()).subarray(1));
  found.cycles = Int32Array.from(summed(next()).subarray(1));
  const behind = Int32Array.from(first, (_, i) => i + 1 < first.length ? first[i + 1] : COUNT);
  return { state, first, behind, count: first.length };
}

// The number of entries of a rising array that are not above a value.
function notAbove(array, value, from = 0, to = array.length) {
  while (from < to) {
    const middle = from + to >> 1;
    if (array[middle] <= value) from = middle + 1; else to = middle;
  }
  return from;
}

// First block that ends behind a, and the one after the last that begins before b.
const blocksIn = (a, b) => {
  const begun = notAbove(D.start, a) - 1;
  const first = begun >= 0 && D.end[begun] > a ? begun : begun + 1;
  return [first, Math.max(first, notAbove(D.start, b - 1e-12 * Math.abs(b)))];
};

// A time as a place among the blocks: a visit is cut anywhere, for it has one current; samples and blocks of
// them count whole.
function place(t) {
  const i = notAbove(D.start, t) - 1;
  if (i < 0) return 0;
  const part = (t - D.start[i]) / (D.end[i] - D.start[i]);
  return part >= 1 || Number.isNaN(part) ? i + 1 : META.kind === "visits" && D.rows[i] === 1 ? i + part : i + Math.round(part);
}

const timeAt = (p) => {
  const i = Math.floor(p);
  return p === i ? (i < COUNT ? D.start[i] : D.end[COUNT - 1]) : D.start[i] + (p - i) * (D.end[i] - D.start[i]);
};

const until = (sums, p) => {
  const i = Math.floor(p);
  return p === i ? sums[i] : sums[i] + (p - i) * (sums[i + 1] - sums[i]);
};
const between = (sums, p, q) => until(sums, q) - until(sums, p);

// Everything about the time from a to b that sums and extremes can tell.
function statistics(a, b) {
  const p = place(a), q = place(b), i = Math.floor(p), j = Math.ceil(q);
  if (q <= p) return null;
  const s = between(D.s, p, q), mC = between(D.mC, p, q), mean = s ? mC / s : 0;
  const [min, max] = D.mA.of(i, j);
  const from = timeAt(p), to = q === Math.floor(q) && q > 0 ? D.end[q - 1] : timeAt(q);
  const found = { from, to, p, q, i, j, s, mC, mean, min, max, n: D.n[j] - D.n[i], missing: Math.max(0, to - from - s),
    sd: s ? Math.sqrt(Math.max(0, between(D.square, p, q) / s - mean * mean)) : 0, mJ: NaN, V: null, mW: null };
  if (VOLTS) Object.assign(found, { mJ: between(D.mJ, p, q), V: D.V.of(i, j), mW: D.mW.of(i, j) });
  return found;
}

// Time (s) at each current between two blocks, in at most `bins` equal bins: by the lowest, the mean and the
// highest of each block. For single rows all three are one.
function counted(i, j, bins) {
  const [least, most] = D.mA.of(i, j), step = Math.max(META.step_mA, (most - least) / bins) || 1;
  const size = Math.floor((most - least) / step + 0.5) + 1;
  const [low, mean, high] = [0, 1, 2].map(() => new Float64Array(size));
  let alone = true;
  for (let at = i; at < j; at++) {
    const s = D.s[at + 1] - D.s[at];
    const bin = (mA) => Math.min(size - 1, Math.max(0, Math.floor((mA - least) / step + 0.5)));
    if (D.rows[at] > 1) alone = false;
    low[bin(D.mA.low(at))] += s;
    high[bin(D.mA.high(at))] += s;
    mean[bin(s ? (D.mC[at + 1] - D.mC[at]) / s : D.mA.low(at))] += s;
  }
  return { least, step, low, mean, high, alone };
}

// The current below which a part of the time lies: [lowest possible, from the blocks' means, highest possible].
function percentile(counts, part) {
  return ["low", "mean", "high"].map((which) => {
    const all = counts[which].reduce((sum, s) => sum + s, 0);
    let sum = 0, at = 0;
    for (; at < counts[which].length - 1; at++) {
      sum += counts[which][at];
      if (sum >= part * all * (1 - 1e-12)) break;
    }
    return counts.least + at * counts.step;
  });
}

if (typeof DecompressionStream === "undefined") {
  $("words").textContent = "This browser cannot unpack the log in this page: it needs DecompressionStream (every browser since May 2023).";
  return;
}
const D = decode(await unpack());
