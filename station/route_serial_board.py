"""What runs on the board while files go over its console: one function, sent once, and how it is called.

A call is one bytes literal for the function: the sum of the rest, a verb, a number, its arguments. The answer
is a line that begins with its own sum and that number. Every verb may be repeated: a call whose answer was
lost is called again.
"""

from __future__ import annotations

import re
import zlib
from binascii import b2a_base64

#: The function `_t` and what it needs. Short names: it crosses the wire on every start. Written for a
#: board's memory: one buffer, no recursion, a file open only inside its verb.
SOURCE = """\
import binascii as _b,os,gc,sys
try:
 import zlib as _z
except ImportError:
 _z=None
_m=bytearray(1024)
_i=lambda b:int.from_bytes(b,'little')
_p=lambda b:'/'+str(b,'utf-8')
def _f(p,g):
 with open(p,'rb') as f:
  while 1:
   k=f.readinto(_m)
   if not k:break
   g(memoryview(_m)[:k])
def _W(b):
 o=_i(b[:4]);n=b[5];p=_p(b[6:6+n]);d=b[6+n:]
 if b[4]&1:d=_z.decompress(d)
 if not o:
  i=p.find('/',1)
  while i>0:
   try:os.mkdir(p[:i])
   except OSError as e:
    if e.errno!=17:raise
   i=p.find('/',i+1)
 with open(p,'r+b' if o else 'wb') as f:
  if o:f.seek(o)
  f.write(d)
 if not b[4]&2:return 'ok'
 os.sync()
 c=[0]
 def g(v):c[0]=_b.crc32(v,c[0])
 _f(p,g)
 return '%d %d'%(os.stat(p)[6],c[0]&0xffffffff)
def _D(b):
 import hashlib
 r=[]
 for p in b.split(b'\\0'):
  try:
   h=hashlib.new('sha256');_f(_p(p),h.update)
   r.append(str(_b.b2a_base64(h.digest()),'utf-8').strip())
  except OSError:r.append('-')
 return ' '.join(r)
_l=None
def _L(b):
 global _l
 s=_i(b)
 if not s or _l is None:
  _l=[];t=['/'];v=os.statvfs('/')[:3]
  while t:
   d=t.pop()
   for x in os.listdir(d):
    q=os.stat(d+x)
    if not q[0]&0x4000:_l.append('%d %s'%(q[6],(d+x)[1:]))
    elif os.statvfs(d+x)[:3]==v:t.append(d+x+'/')
 return '\\n'.join(['%d'%len(_l)]+_l[s:s+16])
def _R(b):
 with open(_p(b[6:]),'rb') as f:
  f.seek(_i(b[:4]));return str(_b.b2a_base64(f.read(_i(b[4:6]))),'utf-8').strip()
def _S(b):
 return ' '.join([str(x) for x in os.statvfs('/')[1:4]])
def _X(b):
 p=_p(b)
 try:
  if os.stat(p)[0]&0x4000:os.rmdir(p)
  else:os.remove(p)
 except OSError as e:
  if e.errno!=2:raise
 os.sync();return 'ok'
def _M(b):
 o,n=[_p(x) for x in b.split(b'\\0')]
 try:os.rename(o,n)
 except OSError as e:
  if e.errno!=2:raise
  os.stat(n)
 os.sync();return 'ok'
def _H(b):
 try:z=_z.decompress(b)==b'torpor'
 except (AttributeError,ValueError):z=0
 gc.collect();return '%d %d'%(gc.mem_free(),z)
_v={87:_W,68:_D,76:_L,82:_R,83:_S,88:_X,77:_M,72:_H}
def _t(f):
 if _b.crc32(f[4:])&0xffffffff!=_i(f[:4]):r='?'
 else:
  try:r=_v[f[4]](f[6:])
  except OSError as e:r='!%d'%e.errno
  except MemoryError:r='!12'
  r='%02x'%f[5]+r
 print('%08x%s'%(_b.crc32(r.encode())&0xffffffff,r))
"""
#: Bytes beyond ASCII, to try whether they arrive; without those that a lost bit turns into a command.
HIGH = bytes((128, *range(134, 256)))
_ANSWER = re.compile(rb"([0-9a-f]{8})(.*)", re.DOTALL)
#: Bytes with a meaning of their own for the REPL (1 to 5), the end of the literal and of a line.
_SPECIAL = re.compile(rb"[\x01-\x05\n\r'\\]")
_SHORT = {0x0A: b"\\n", 0x0D: b"\\r", 0x27: b"\\'", 0x5C: b"\\\\"}


def literal(data: bytes) -> bytes:
    """A bytes literal, as short as the interpreter reads it: only what has a meaning is escaped."""

    def escaped(found: re.Match[bytes]) -> bytes:
        byte = found[0][0]
        following = data[found.end() : found.end() + 1]
        octal = b"\\%03o" if b"0" <= following <= b"7" else b"\\%o"
        return _SHORT.get(byte) or octal % byte

    return b"b'" + _SPECIAL.sub(escaped, data) + b"'"


def call(verb: str, number: int, arguments: bytes, eight_bits: bool) -> bytes:
    """The code that calls a verb. `number` (0 to 255) comes back with the answer."""
    rest = verb.encode() + bytes((number,)) + arguments
    frame = zlib.crc32(rest).to_bytes(4, "little") + rest
    if eight_bits:
        return b"_t(" + literal(frame) + b")"
    return b"_t(_b.a2b_base64(b'" + b2a_base64(frame, newline=False) + b"'))"


def answer(said: bytes, number: int) -> str | None:
    """What that call answered; None if its sum is wrong, or it is the late answer to another."""
    found = _ANSWER.fullmatch(said.replace(b"\r", b"").removesuffix(b"\n"))
    if found is None or zlib.crc32(found[2]) != int(found[1], 16):
        return None
    mine = b"%02x" % number
    return found[2][2:].decode("utf-8", "replace") if found[2].startswith(mine) else None


def definition(at: int, size: int) -> tuple[bytes, int]:
    """The code that brings a part of the function, and the sum of all up to there, which it prints."""
    source = SOURCE.encode()
    before = b"b''" if not at else b"_s[:%d]" % at
    code = b"import binascii as _b;_s=" + before + b"+" + literal(source[at : at + size]) + SUM % b"_s"
    return code, zlib.crc32(source[: at + size])


#: Prints the sum of something.
SUM = b";print('%%d'%%(_b.crc32(%s)&0xffffffff))"
DEFINE = b"exec(_s);print('ok')"
PROBE = b"import binascii as _b;_h=" + literal(HIGH) + SUM % b"_h"
PROBED = zlib.crc32(HIGH)
SIZE = len(SOURCE.encode())
#: For the verb H: what the board must be able to unpack before it is sent anything compressed.
PACKED = zlib.compress(b"torpor", 9)
