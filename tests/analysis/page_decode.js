// Reads pages (their paths are the arguments) with the script's own code and prints what it makes of them.
"use strict";
const fs = require("node:fs"), zlib = require("node:zlib");
const source = fs.readFileSync(process.argv[2], "utf8").split("\nif (typeof DecompressionStream")[0];
const found = process.argv.slice(3).map((path) => {
  const page = fs.readFileSync(path, "utf8"), text = (id) => page.match(new RegExp(`id="${id}">([^<]*)<`))[1];
  const bytes = new Uint8Array(zlib.inflateRawSync(Buffer.from(text("blocks"), "base64")));
  const run = new Function("document", "bytes", `${source}
    const D = decode(bytes), of = (each) => Array.from({ length: COUNT }, (_, i) => each(i)), apart = (sums) => of((i) => sums[i + 1] - sums[i]);
    return { rows: of((i) => D.rows[i]), start: of((i) => D.start[i]), end: of((i) => D.end[i]), s: apart(D.s), mC: Array.from(D.mC),
      low: of((i) => D.mA.low(i)), high: of((i) => D.mA.high(i)), square: Array.from(D.square), mJ: VOLTS ? Array.from(D.mJ) : null,
      V: VOLTS ? [of((i) => D.V.low(i)), of((i) => D.V.high(i))] : null, mW: VOLTS ? [of((i) => D.mW.low(i)), of((i) => D.mW.high(i))] : null,
      extremes: [[0, COUNT], [COUNT >> 1, COUNT], [COUNT >> 2, COUNT >> 1]].filter(([i, j]) => i < j).map(([i, j]) => [i, j, ...D.mA.of(i, j)]),
      visits: Array.from(D.visits.first), cycles: Array.from(D.cycles) };`);
  return run({ getElementById: (id) => ({ textContent: text(id) }) }, bytes);
});
process.stdout.write(JSON.stringify(found));
