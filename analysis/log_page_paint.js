// Paints what uPlot does not: bands and strip of states, the small picture of the whole log, markers.
// A canvas as wide as its host, scaled to the screen's pixels.
function canvas(id, high) {
  const node = $(id), wide = node.parentElement.clientWidth, ratio = devicePixelRatio;
  if (node.width !== Math.round(wide * ratio) || node.height !== Math.round(high * ratio)) {
    node.width = Math.round(wide * ratio);
    node.height = Math.round(high * ratio);
    node.style.height = high + "px";
  }
  const pen = node.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, wide, high);
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  return [pen, wide];
}

let bands = [];
function tint(u) {
  const { left, top, width: wide, height } = u.bbox, pen = u.ctx;
  pen.save();
  for (const [code, from, to] of bands) {
    const x = u.valToPos(from, "x", true), long = u.valToPos(to, "x", true) - x;
    if (META.states[code].rest || long < 2) continue;
    pen.globalAlpha = 0.16;
    pen.fillStyle = stateColour(code);
    pen.fillRect(Math.max(left, x), top, Math.min(long, left + wide - x), height);
  }
  pen.restore();
}

const dark = (hex) => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return 0.3 * r + 0.59 * g + 0.11 * b < 100;
};

function drawStrip(wide) {
  const [pen] = canvas("strip", bands.length ? 22 : 0.01);
  const x = (t) => LEFT + wide * (t - state.a) / (state.b - state.a);
  pen.textAlign = "center";
  for (const [code, from, to] of bands) {
    const left = x(from), long = x(to) - left, { name } = META.states[code];
    pen.fillStyle = stateColour(code);
    pen.fillRect(left, 1, Math.max(long, 0.4), 20);
    if (long < 14 || pen.measureText(name).width + 6 > long) continue;
    pen.fillStyle = dark(stateColour(code)) ? "#ffffff" : "#1a1a1a";
    pen.fillText(name, left + long / 2, 11.5);
  }
}

// The whole log, small, with the part that is in view.
let whole = null;
function drawOverview() {
  const high = 58, [pen, all] = canvas("overview", high), wide = all - LEFT - RIGHT;
  if (!whole || whole.wide !== wide) whole = { wide, ...byPixel(CHANNELS.mA, T0, T1, Math.max(50, Math.round(wide))) };
  const [, highs, lows] = whole.data, [least, most] = D.mA.of(0, COUNT), logarithmic = state.scale === "log";
  const bottom = logarithmic ? Math.log(Math.max(least, leastPositive(most))) : Math.min(0, least);
  const top = logarithmic ? Math.log(most) : Math.max(most, bottom + 1e-9);
  const y = (value) => 3 + (high - 6) * (1 - ((logarithmic ? Math.max(bottom, Math.log(Math.max(value, 1e-12))) : value) - bottom) / (top - bottom || 1));
  pen.fillStyle = colour.edge;
  highs.forEach((value, i) => {
    if (value !== null) pen.fillRect(LEFT + i * wide / highs.length, y(value), wide / highs.length + 0.3, Math.max(1, y(lows[i]) - y(value)));
  });
  const x = (t) => LEFT + wide * (t - T0) / SPAN, from = x(state.a), to = Math.max(x(state.b), from + 3);
  pen.fillStyle = colour.card;
  pen.globalAlpha = 0.5;
  pen.fillRect(LEFT, 0, from - LEFT, high);
  pen.fillRect(to, 0, all - RIGHT - to, high);
  pen.globalAlpha = 1;
  pen.strokeStyle = colour.mean;
  pen.lineWidth = 2;
  pen.strokeRect(from, 1, to - from, high - 2);
  pen.fillStyle = colour.mark;
  for (const { t } of state.markers) pen.fillRect(x(t) - 0.75, 0, 1.5, high);
  if (state.selection) {
    pen.globalAlpha = 0.35;
    pen.fillStyle = colour.select;
    pen.fillRect(x(state.selection.a), 0, Math.max(1, x(state.selection.b) - x(state.selection.a)), high);
    pen.globalAlpha = 1;
  }
}

// Selection, markers and levels over a pane; the meter's full scale too, if samples sit there.
const FULL_SCALE = META.full_scale_mA === null ? [] : [{ mA: META.full_scale_mA, label: "the meter's full scale: truly more" }];
function marks(u, key) {
  const { left, top, width: wide, height } = u.bbox, pen = u.ctx, ratio = devicePixelRatio;
  pen.save();
  pen.beginPath();
  pen.rect(left, top, wide, height);
  pen.clip();
  pen.font = `${12 * ratio}px system-ui, sans-serif`;
  pen.textBaseline = "top";
  pen.textAlign = "left";
  const found = state.selection && statistics(state.selection.a, state.selection.b);
  if (state.selection) {
    const { from, to } = found ?? { from: state.selection.a, to: state.selection.b };
    const x = u.valToPos(from, "x", true), behind = u.valToPos(to, "x", true);
    pen.globalAlpha = 0.2;
    pen.fillStyle = colour.select;
    pen.fillRect(x, top, behind - x, height);
    pen.globalAlpha = 1;
    for (const edge of [x, behind]) pen.fillRect(edge - ratio, top, 2 * ratio, height);
  }
  const say = (text, x, y) => {
    const long = pen.measureText(text).width + 8 * ratio;
    const at = Math.min(x, left + wide - long);
    pen.fillStyle = colour.mark;
    pen.fillRect(at, y, long, 17 * ratio);
    pen.fillStyle = colour.card;
    pen.fillText(text, at + 4 * ratio, y + 3 * ratio);
  };
  pen.strokeStyle = colour.mark;
  pen.lineWidth = 1.5 * ratio;
  state.markers.forEach(({ t, label }, i) => {
    const x = u.valToPos(t, "x", true);
    pen.fillStyle = colour.mark;
    pen.fillRect(x - 0.75 * ratio, top, 1.5 * ratio, height);
    if (key === "mA" && x >= left && x <= left + wide) say(label || String(i + 1), x, top + (i % 3) * 19 * ratio);
  });
  if (key === "mA") for (const { mA, label } of [...state.levels, ...FULL_SCALE]) {
    const y = u.valToPos(mA, "y", true);
    pen.setLineDash([6 * ratio, 4 * ratio]);
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(left + wide, y);
    pen.stroke();
    pen.setLineDash([]);
    say(`${three(mA)} mA${label ? " " + label : ""}`, left + wide, y - 18 * ratio);
  }
  pen.restore();
}
