// What leaves the page: statistics as text, what is in view as CSV or PNG. And the start of it all.
async function toClipboard(text, done) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = document.createElement("textarea"); // a page from the disk may have no clipboard
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  inform(done);
}

const markedText = () => [...state.markers.map(({ t, label }, i) => `marker ${i + 1}${label ? `, ${label}` : ""}: ${+t.toPrecision(12)} s`),
  ...state.levels.map(({ mA, label }) => `level${label ? `, ${label}` : ""}: ${three(mA)} mA`), ...(state.note ? [state.note] : [])];

function statisticsText(csv) {
  const found = chosen();
  if (!found) return "";
  const where = `${META.source}, ${+found.from.toPrecision(12)} s to ${+found.to.toPrecision(12)} s`;
  const rows = figures(found);
  return csv ? "figure,value,unit\n" + rows.filter(([, , value]) => value !== null).map(([name, , value, unit]) => `${name},${+value.toPrecision(12)},${unit}`).join("\n") + "\n"
    : [where, ...rows.map(([name, text]) => `${name}: ${text}`), ...markedText()].join("\n") + "\n";
}
const copy = (csv) => toClipboard(statisticsText(csv), csv ? "Figures copied as CSV." : "Figures copied.");

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  inform(`${name} saved.`);
}
const stem = () => META.source.replace(/\.[^.]*$/, "").replace(/[^\w.-]+/g, "_") || "log";

const MOST_LINES = 1000000; // a spreadsheet takes no more

// What is in view, every row as it is or reduced; its first line and its name say which.
function viewCsv() {
  const [i, j] = blocksIn(state.a, state.b), number = (value) => String(+value.toPrecision(12));
  let full = true;
  for (let at = i; at < j && full; at++) full = D.rows[at] === 1;
  const together = Math.ceil((j - i) / MOST_LINES);
  full = full && together === 1;
  const lines = [`# ${META.source}: ${full ? "full, every row in view" : "reduced, each line stands for several rows: lowest, mean and highest"}`];
  lines.push(full ? `t_s,dt_s,mA${VOLTS ? ",V" : ""}`
    : `t_s,dt_s,rows,mA_min,mA_mean,mA_max${VOLTS ? ",V_min,V_max,energy_mJ" : ""}`);
  for (let at = i; at < j; at += together) {
    const to = Math.min(j, at + together), s = D.s[to] - D.s[at], [low, high] = D.mA.of(at, to);
    const cells = full ? [D.start[at], s, low] : [D.start[at], s, D.n[to] - D.n[at], low, s ? (D.mC[to] - D.mC[at]) / s : low, high];
    if (VOLTS) { const [l, h] = D.V.of(at, to); cells.push(...(full ? [l] : [l, h, D.mJ[to] - D.mJ[at]])); }
    lines.push(cells.map(number).join(","));
  }
  return { name: `${stem()}-${full ? "full" : "reduced"}.csv`, text: lines.join("\n") + "\n" };
}
function saveCsv() {
  const { name, text } = viewCsv();
  save(new Blob([text], { type: "text/csv" }), name);
}

// The panes with the states' strip and a line of words, as one picture.
function pictureOf() {
  const ratio = devicePixelRatio, parts = [$("strip"), ...[...panes.values()].map(({ plot }) => plot.ctx.canvas)];
  const made = document.createElement("canvas"), head = 46 * ratio, pen = made.getContext("2d");
  made.width = Math.max(...parts.map((part) => part.width));
  made.height = head + parts.reduce((sum, part) => sum + part.height, 0) + 8 * ratio;
  pen.fillStyle = colour.card;
  pen.fillRect(0, 0, made.width, made.height);
  pen.fillStyle = colour.ink;
  pen.font = `600 ${16 * ratio}px system-ui, sans-serif`;
  pen.fillText(META.source, 12 * ratio, 20 * ratio);
  pen.font = `${12 * ratio}px system-ui, sans-serif`;
  pen.fillText($("words").textContent, 12 * ratio, 38 * ratio);
  let y = head;
  for (const part of parts) { if (part.height > 1) pen.drawImage(part, 0, y); y += part.height; }
  return made;
}
const savePng = () => { drawNow(); pictureOf().toBlob((blob) => save(blob, `${stem()}.png`)); };

function begin() {
  readColours();
  fromAddress(location.hash);
  fields();
  overviewHands();
  cycleHands();
  statesTable();
  cyclesTable();
  makePanes();
  pressed();
  showSelection();
  showMarkers();
  pointAt(null);
  new ResizeObserver(() => {
    for (const [key, { plot, host }] of panes) plot.setSize({ width: Math.max(240, host.clientWidth), height: HEIGHTS[key] });
    draw();
    showSelection();
  }).observe($("panes"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); draw(); showSelection(); });
  addEventListener("hashchange", () => { fromAddress(location.hash); makePanes(); pressed(); changed(); });
  window.torpor = { META, D, state, statistics, counted, percentile, blocksIn, look, zoom, select, drawn, bandsIn, panes, cycles: CYCLES, viewCsv, statisticsText,
    pictureOf, drawNow, address, bytes: () => COUNT };
  document.documentElement.dataset.ready = performance.now().toFixed(0);
}
begin();
