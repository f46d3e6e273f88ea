// SPDX-FileCopyrightText: Torpor contributors
// SPDX-License-Identifier: MIT
//
// Runs scripts of a drive in MicroPython 1.27 (WebAssembly) with a heap cap that binds. Devices, drive and
// network are the twin's: every call of a core module becomes one request on stdout, answered on stdin.
//
// A message, both ways: two little-endian lengths (4 bytes each), JSON, raw bytes.
//
//   node vm.mjs FOLDER_OF_THE_PACKAGE

import { createHash } from "node:crypto";
import { readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];

// -- the binary, patched -------------------------------------------------------------------------
//
// Facts of exactly this build, so it is named by its hash. Its heap grows by itself up to 128 MiB (one
// constant), and it collects garbage only when Python has returned to JavaScript: whether it may is told by
// a depth counter, whether it should by a flag, both at fixed places of its memory.

const BUILD = "06338c955b03c5700aa0069015d3e392d76836ef8e2ce25bedbe59b88ccd373c";
const GROWTH = Buffer.from([0x41, 0x80, 0x80, 0x80, 0xc0, 0x00]); // i32.const 134217728
const NONE = Buffer.from([0x41, 0x80, 0x80, 0x80, 0x80, 0x00]); // i32.const 0
const DEPTH = 186120;
const WANTED = 186124;

function binary(stock) {
  const bytes = readFileSync(join(folder, "micropython.wasm"));
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== BUILD) throw new Error(`micropython.wasm is another build: ${found}`);
  const at = bytes.indexOf(GROWTH);
  if (at < 0 || bytes.indexOf(GROWTH, at + 1) >= 0) throw new Error("not exactly one place to cap the heap");
  if (!stock) NONE.copy(bytes, at);
  return bytes;
}

const modules = new Map();

async function compiled(stock) {
  if (!modules.has(stock)) modules.set(stock, await WebAssembly.compile(binary(stock)));
  return modules.get(stock);
}

// -- messages ------------------------------------------------------------------------------------

function readBytes(count) {
  const buffer = Buffer.allocUnsafe(count);
  let filled = 0;
  while (filled < count) {
    const got = readSync(0, buffer, filled, count - filled, null);
    if (!got) process.exit(0); // the twin has gone
    filled += got;
  }
  return buffer;
}

function receive() {
  const head = readBytes(8);
  const text = readBytes(head.readUInt32LE(0));
  return [JSON.parse(text), readBytes(head.readUInt32LE(4))];
}

const NOTHING = Buffer.alloc(0);

function send(message, blob = NOTHING) {
  const text = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(blob.length, 4);
  const whole = Buffer.concat([head, text, blob]);
  for (let sent = 0; sent < whole.length; ) sent += writeSync(1, whole, sent);
}

// -- one virtual machine -------------------------------------------------------------------------

const FAILED = -1;

class Machine {
  constructor(order) {
    this.order = order;
    this.notes = []; // what happened since the last request: files opened, lines printed
    this.problem = "";
    this.state = "";
    this.live = {}; // state -> most bytes alive after a collection between two awaits
    this.used = {}; // state -> most bytes in use before it, with garbage
    this.collections = 0;
  }

  async start() {
    const { loadMicroPython } = await import(pathToFileURL(join(folder, "micropython.mjs")).href);
    const module = await compiled(Boolean(this.order.stock));
    const instantiate = WebAssembly.instantiate;
    WebAssembly.instantiate = async (_, imports) => {
      const instance = await instantiate(module, imports);
      this.wasm = instance.exports;
      return { module, instance };
    };
    const print = (line) => this.notes.push(["print", line]);
    try {
      this.mp = await loadMicroPython({
        heapsize: this.order.heap, pystack: this.order.pystack, stdout: print, stderr: print,
      });
    } finally {
      WebAssembly.instantiate = instantiate;
    }
    this.layDown();
    this.mp.registerJsModule("_bridge", this.bridge());
    this.main = this.mp.pyimport("__main__")._ref;
    this.name = this.cString("__torpor__");
    this.result = this.wasm.malloc(12);
    this.mp.runPython(this.order.start);
  }

  cString(text) {
    const at = this.wasm.malloc(text.length + 1);
    Buffer.from(this.wasm.memory.buffer).write(`${text}\0`, at, "latin1");
    return at;
  }

  // The drive's files lie in a file system of JavaScript's; opening one is what the twin charges for.
  layDown() {
    const FS = this.mp.FS;
    for (const [path, text] of Object.entries(this.order.files)) {
      FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      FS.writeFile(path, path.endsWith(".mpy") ? Buffer.from(text, "base64") : text);
    }
    const open = FS.open;
    FS.open = (path, ...rest) => {
      if (typeof path === "string" && /\.m?py$/.test(path)) this.notes.push(["open", path]);
      return open.call(FS, path, ...rest);
    };
  }

  bridge() {
    return {
      call: (target, member, ...rest) => this.ask(["call", target, member, rest]),
      make: (target, member, ...rest) => this.ask(["make", target, member, rest]),
      get: (target, member) => this.ask(["get", target, member, []]),
      put: (target, member, value) => this.ask(["put", target, member, [value]]),
      give: (target, member, at, length, ...rest) =>
        this.ask(["give", target, member, rest], Buffer.from(this.bytes(at, length))),
      take: (target, member, at, length, ...rest) => {
        const answer = this.ask(["take", target, member, [...rest, length]]);
        if (answer !== FAILED) this.bytes(at, length).set(this.blob);
        return answer;
      },
      why: () => this.problem,
      rest: (used) => this.rest(used),
      live: (used) => this.most(this.live, used),
    };
  }

  bytes(at, length) {
    return new Uint8Array(this.wasm.memory.buffer, at, length);
  }

  ask(request, blob) {
    send({ ask: request, notes: this.notes.splice(0) }, blob);
    const [answer, raw] = receive();
    if (answer.problem) {
      this.problem = answer.problem;
      return FAILED;
    }
    if (answer.state) this.state = answer.state;
    this.blob = raw;
    return answer.value;
  }

  most(table, used) {
    table[this.state] = Math.max(table[this.state] ?? 0, used);
  }

  // Between two awaits: let the machine believe that Python has returned, and ask it for anything.
  rest(used) {
    this.most(this.used, used);
    if (this.order.stock) return;
    const words = new Int32Array(this.wasm.memory.buffer);
    const bytes = new Uint8Array(this.wasm.memory.buffer);
    const depth = words[DEPTH >> 2];
    if (depth < 1) throw new Error(`the machine says it is ${depth} calls deep`);
    words[DEPTH >> 2] = 0;
    bytes[WANTED] = 1;
    this.wasm.proxy_c_to_js_lookup_attr(this.main, this.name, this.result);
    if (bytes[WANTED]) throw new Error("the machine did not collect");
    words[DEPTH >> 2] = depth;
    this.collections += 1;
  }

  run() {
    try {
      this.mp.runPython(this.order.script);
      return null;
    } catch (error) {
      if (error.name === "PythonError") return [error.type, String(error.message)];
      return [error.name ?? "Error", String(error.stack ?? error)];
    }
  }
}

async function main() {
  for (;;) {
    const machine = new Machine(receive()[0]);
    let ended;
    try {
      await machine.start();
      ended = machine.run();
    } catch (error) {
      ended = [error.type ?? error.name ?? "Error", String(error.message ?? error)];
    }
    const { live, used, collections, notes } = machine;
    send({ ended, live, used, collections, notes });
  }
}

await main();
