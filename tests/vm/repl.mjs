// SPDX-FileCopyrightText: Torpor contributors
// SPDX-License-Identifier: MIT
//
// A board's console: the raw REPL of MicroPython 1.27 (WebAssembly), the interpreter that CircuitPython 10.2
// has merged, with its drive mirrored into a folder. Parsing, running and answering are the interpreter's own.
// What CircuitPython has round it is played here: the program that runs, "press any key", reset, deep sleep,
// and the windows of raw paste (this build has no blocking input, so it cannot read them itself).
//
// Messages on stdin: kind (1 byte: n new board, d data, r reset), length (4 bytes, little-endian), content.
// Each is answered by the same head and everything that the board says until it waits for input again.
//
//   node repl.mjs FOLDER_OF_THE_PACKAGE

import fs from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { loadMicroPython } = await import(pathToFileURL(join(process.argv[2], "micropython.mjs")).href);

const WINDOW = 128; // bytes: half of the console's buffer
// What this build calls its errors, and what a board calls them: no entry, exists, no folder, is a folder, ...
const ERRNO = { 44: 2, 20: 17, 54: 20, 31: 21, 51: 28, 69: 30, 55: 39 };
// The title of the terminal, which changes with what the board does.
const title = (what) => `\x1b]0;${Buffer.from("🐍").toString("latin1")}Wi-Fi: off | ${what} | 10.2.1\x1b\\`;
const OURS = /^\/(?!dev\b|proc\b)./;

// What a board has and this interpreter has not, or has under another name.
const START = `
import sys, os, deflate, io, uhashlib

class _Module:
    pass

def _decompress(data, wbits=0, bufsize=0):
    return deflate.DeflateIO(io.BytesIO(data), deflate.ZLIB).read()

def _new(name, data=b""):
    if name != "sha256":
        raise ValueError("Unsupported hash algorithm")
    return uhashlib.sha256(data)

def _listdir(path="/", listdir=os.listdir):
    return [name for name in listdir(path) if path != "/" or name not in ("dev", "proc")]

_zlib = _Module()
_zlib.decompress = _decompress
_hashlib = _Module()
_hashlib.new = _new
sys.modules["hashlib"] = _hashlib
if _board.zlib:
    sys.modules["zlib"] = _zlib
os.listdir = _listdir
sys.path[:] = ["", "/", "/lib"]  # this build's frozen modules are none of a board's
os.sync = _board.sync

def _statvfs(path):
    other = _board.card and path.startswith("/sd")
    return (_board.cluster, _board.cluster, 9999999 if other else _board.clusters, _board.left())

os.statvfs = _statvfs
`;

class Board {
  constructor(order) {
    this.order = { zlib: true, paste: true, readonly: false, cluster: 512, clusters: 2432, rotten: 0, ...order };
    this.said = [];
    this.writes = 0;
    this.calls = 0;
  }

  say(text) {
    this.said.push(Buffer.from(text, "latin1"));
  }

  answer() {
    const whole = Buffer.concat(this.said);
    this.said = [];
    return whole;
  }

  async boot() {
    this.waiting = [];
    this.mp = null;
    this.over = false;
    this.paste = null;
    this.line = [];
    this.say(this.order.rom ?? "");
    if (this.order.asleep) this.state = "asleep";
    else if (this.order.safe) this.done("\r\nRunning in safe mode! Not running saved code.\r\n\r\n" + this.order.safe);
    else this.run();
  }

  run() {
    this.state = "program";
    this.say(title("code.py") + "\r\ncode.py output:\r\n");
    const wrong = this.wrong();
    if (wrong) this.failed(wrong);
    else this.say(this.order.chatter ?? "");
  }

  // What code.py stumbles over, if anything.
  wrong() {
    const here = (name) => fs.readFileSync(join(this.order.root, name), "latin1");
    const names = fs.readdirSync(this.order.root);
    if (!names.includes("code.py")) return "";
    if (here("code.py").includes("raise")) return "ImportError: ";
    const stale = this.order.refusesCompiled && names.some((name) => name.endsWith(".mpy"));
    return stale ? "ValueError: incompatible .mpy file" : "";
  }

  failed(how) {
    this.done(`Traceback (most recent call last):\r\n  File "code.py", line 12, in <module>\r\n${how}\r\n`);
  }

  done(text) {
    this.state = "done";
    const ended = "Code done running.\r\n\r\nPress any key to enter the REPL. Use CTRL-D to reload.\r\n";
    this.say(`${title("Done")}${text}\r\n${ended}`);
  }

  async feed(data) {
    const allowed = this.paste ? this.paste.credit : Infinity;
    let taken = 0;
    for (const byte of data) {
      if (this.paste && ++taken > allowed) continue; // no room: it is lost
      await this.take(byte);
      if (this.over) await this.boot();
    }
  }

  async take(byte) {
    if (this.state === "asleep") return;
    if (this.state === "program") {
      if (byte === 3) this.failed("KeyboardInterrupt: ");
      else this.say(this.order.chatter ?? "");
    } else if (this.state === "done") {
      if (byte === 4) this.run();
      else await this.prompt();
    } else if (this.paste) this.pasted(byte);
    else this.typed(byte);
  }

  // -- the REPL ----------------------------------------------------------------------------------

  async prompt() {
    this.state = "repl";
    this.raw = false;
    this.mp = await loadMicroPython({
      heapsize: 192 * 1024, pystack: 1024, linebuffer: false, stdin: () => null,
      stdout: (bytes) => this.over || this.said.push(Buffer.from(bytes)),
    });
    this.mount();
    this.mp.registerJsModule("microcontroller", {
      reset: () => { this.over = true; },
      cpu: { reset_reason: "microcontroller.ResetReason.POWER_ON", temperature: 24.5 },
    });
    this.mp.registerJsModule("_board", {
      zlib: this.order.zlib, card: Boolean(this.order.card), cluster: this.order.cluster,
      clusters: this.order.clusters, left: () => this.left(), sync: () => this.sync(),
    });
    this.mp.runPython("import _board\n" + START);
    this.say(title("REPL") + (this.order.safe ? `${this.order.safe}\r\n` : ""));
    this.mp.replInit();
  }

  typed(byte) {
    if (this.raw && byte === 1 && this.line.length === 2 && this.line[0] === 5) {
      this.line = [];
      this.mp.replProcessChar(3); // forget the two
      return this.begin();
    }
    this.line = byte >= 5 ? [...this.line, byte].slice(-3) : [];
    if (byte === 1) this.raw = true;
    if (byte === 2) this.raw = false;
    this.process(byte);
    if (byte === 1) this.say(title("REPL")); // whenever it likes
  }

  process(byte) {
    if (this.mp.replProcessChar(byte) && !this.over) {
      this.mp = null;
      this.say("soft reboot\r\n");
      this.run();
    }
  }

  begin() {
    if (!this.order.paste) return this.say("R\x00>");
    this.say(`R\x01${String.fromCharCode(WINDOW, 0)}\x01`);
    this.paste = { code: [], left: WINDOW, credit: 2 * WINDOW };
  }

  pasted(byte) {
    const paste = this.paste;
    if (byte === 3 || byte === 4) {
      this.paste = null;
      this.say("\x04");
      if (byte === 3) return this.say("\x04KeyboardInterrupt: \r\n\x04>");
      return this.execute(paste.code);
    }
    paste.code.push(byte);
    paste.credit -= 1;
    if (--paste.left === 0) {
      this.say("\x01");
      paste.left = WINDOW;
      paste.credit += WINDOW;
    }
  }

  // By raw mode, whose OK raw paste does not say.
  execute(code) {
    const before = this.said;
    this.said = [];
    for (const byte of code) this.mp.replProcessChar(byte);
    this.process(4);
    const whole = this.answer();
    this.said = before;
    if (++this.calls % 7 === 0) this.say(title(`IP 10.0.0.${this.calls % 250}`));
    this.said.push(whole.subarray(whole.subarray(0, 2).toString() === "OK" ? 2 : 0));
  }

  // -- the drive ---------------------------------------------------------------------------------

  // Onto the medium: at once, or (cached) when it is told to; what was not told is lost with the supply.
  later(act) {
    if (this.order.cached) this.waiting.push(act);
    else act();
  }

  sync() {
    for (const act of this.waiting.splice(0)) act();
  }

  left() {
    let used = 0;
    const walk = (folder) => {
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) walk(path);
        else used += Math.ceil(fs.statSync(path).size / this.order.cluster);
      }
    };
    walk(this.order.root);
    return this.order.clusters - used;
  }

  mount() {
    const FS = this.mp.FS;
    const empty = (folder) => {
      for (const name of FS.readdir(folder).filter((one) => !/^\.+$/.test(one))) {
        empty(`${folder}/${name}`);
      }
      FS.rmdir(folder);
    };
    for (const name of FS.readdir("/").filter((one) => OURS.test(`/${one}`) && !/^\.+$/.test(one))) empty(`/${name}`);
    this.layDown(FS, this.order.root, "");
    const here = (path) => join(this.order.root, path.slice(1));
    const real = {};
    const wrap = (name, body) => {
      real[name] = FS[name];
      FS[name] = (...args) => {
        try {
          return body(...args);
        } catch (error) {
          if (error instanceof FS.ErrnoError && ERRNO[error.errno]) throw new FS.ErrnoError(ERRNO[error.errno]);
          throw error;
        }
      };
    };
    const may = (path) => {
      if (this.order.readonly && OURS.test(path)) throw new FS.ErrnoError(69);
    };
    const mirror = (stream, part = 1) => {
      const path = FS.getPath(stream.node);
      if (this.over || !OURS.test(path)) return;
      const size = Math.floor(stream.node.usedBytes * part);
      const content = Buffer.from(Buffer.from(stream.node.contents ?? []).subarray(0, size));
      this.later(() => fs.writeFileSync(here(path), content));
    };
    const absolute = (path) => (path.startsWith("/") ? path : `/${path}`);
    wrap("open", (path, flags, ...rest) => {
      const writes = typeof flags === "number" && flags & 3;
      if (writes) may(absolute(path));
      const stream = real.open(path, flags, ...rest);
      if (writes && stream.node.usedBytes !== undefined) mirror(stream);
      return stream;
    });
    wrap("write", (stream, buffer, offset, length, ...rest) => {
      if (!OURS.test(FS.getPath(stream.node))) return real.write(stream, buffer, offset, length, ...rest);
      if (this.left() * this.order.cluster < length) throw new FS.ErrnoError(51);
      const done = real.write(stream, buffer, offset, length, ...rest);
      this.writes += 1;
      if (this.order.rotten-- > 0) stream.node.contents[stream.node.usedBytes - 1] ^= 1;
      if (this.writes === this.order.cutWrite) {
        mirror(stream, 0.5); // the supply breaks down in the midst of it
        this.over = true;
      } else mirror(stream);
      return done;
    });
    for (const name of ["stat", "lstat", "readdir"]) wrap(name, (...args) => real[name](...args));
    const same = (name, act) =>
      wrap(name, (...args) => {
        args.forEach((path) => typeof path === "string" && may(absolute(path)));
        const done = real[name](...args);
        const paths = args.map((path) => (typeof path === "string" ? here(absolute(path)) : path));
        if (!this.over) this.later(() => act(...paths));
        return done;
      });
    same("unlink", (path) => fs.unlinkSync(path));
    same("rmdir", (path) => fs.rmdirSync(path));
    same("rename", (from, to) => fs.renameSync(from, to));
    same("mkdir", (path) => fs.mkdirSync(path, { recursive: true }));
  }

  layDown(FS, folder, path) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const inside = `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        FS.mkdir(inside);
        this.layDown(FS, join(folder, entry.name), inside);
      } else FS.writeFile(inside, fs.readFileSync(join(folder, entry.name)));
    }
  }
}

// -- messages --------------------------------------------------------------------------------------

function readBytes(count) {
  const buffer = Buffer.alloc(count);
  for (let filled = 0; filled < count; ) {
    const got = fs.readSync(0, buffer, filled, count - filled, null);
    if (!got) process.exit(0); // whoever asked has gone
    filled += got;
  }
  return buffer;
}

function send(kind, content) {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeUInt32LE(content.length, 1);
  const whole = Buffer.concat([head, content]);
  for (let sent = 0; sent < whole.length; ) sent += fs.writeSync(1, whole, sent);
}

let board = null;
for (;;) {
  const head = readBytes(5);
  const content = readBytes(head.readUInt32LE(1));
  const kind = String.fromCharCode(head[0]);
  if (kind === "n") {
    board = new Board(JSON.parse(content.toString()));
    await board.boot();
  } else if (kind === "r") {
    board.order.asleep = false;
    await board.boot();
  } else await board.feed(content);
  send(kind, board.answer());
}
