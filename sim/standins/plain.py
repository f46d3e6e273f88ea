"""Modules that CPython and CircuitPython share; hashing and checksums cost what they cost on the board."""

from __future__ import annotations

import array
import binascii
import collections
import errno
import gc
import hashlib
import io
import json
import math
import random
import re
import struct
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from sim.machine import Machine


def modules(machine: Machine) -> dict[str, ModuleType]:
    return {
        "struct": _subset(struct, "calcsize pack pack_into unpack unpack_from"),
        "json": _subset(json, "dumps loads dump load"),
        "array": _subset(array, "array"),
        "collections": _subset(collections, "deque namedtuple OrderedDict"),
        "errno": _subset(errno, "ENOENT EIO EAGAIN EEXIST ENODEV EINVAL ENOSPC EROFS"),
        "io": _subset(io, "BytesIO StringIO"),
        "math": _subset(math, _MATH),
        "re": _subset(re, "compile match search sub"),
        "select": _select(),
        "sys": _sys(),
        "gc": _gc(),
        "random": _random(machine),
        "micropython": _micropython(),
        "traceback": _made("traceback", print_exception=lambda *error, **options: None),
        "binascii": _binascii(machine),
        "hashlib": _hashlib(machine),
    }


_MATH = (
    "acos asin atan atan2 ceil copysign cos degrees e exp fabs floor fmod frexp isfinite isinf isnan ldexp "
    "log modf pi pow radians sin sqrt tan trunc"
)


def _random(machine: Machine) -> ModuleType:
    """The node's own chance: the desktop's must neither be used nor seeded by a firmware."""
    source = random.Random(machine.hardware.random.random())
    module = ModuleType("random")
    for name in "choice getrandbits randint random randrange seed uniform".split():
        setattr(module, name, getattr(source, name))
    return module


def _subset(source: Any, names: str) -> ModuleType:
    module = ModuleType(source.__name__)
    for name in names.split():
        setattr(module, name, getattr(source, name))
    return module


def _made(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(members)
    return module


def _select() -> ModuleType:
    poller = SimpleNamespace(register=None, unregister=None, modify=None, ipoll=lambda wait: ())
    return _made("select", poll=lambda: poller, POLLIN=1, POLLOUT=4, POLLERR=8, POLLHUP=16)


def _sys() -> ModuleType:
    implementation = SimpleNamespace(name="circuitpython", version=(10, 2, 1), mpy=262)
    return _made(
        "sys",
        implementation=implementation,
        version="3.4.0; CircuitPython 10.2.1",
        version_info=(3, 4, 0),
        platform="RP2040",
        modules={},
        path=["", "/", ".frozen", "/lib"],
        print_exception=lambda error, file=None: None,
        exit=sys.exit,
    )


def _gc() -> ModuleType:
    return _made(
        "gc", collect=lambda: 0, enable=gc.isenabled, mem_free=lambda: 100_000, mem_alloc=lambda: 26_000
    )


def _micropython() -> ModuleType:
    return _made("micropython", const=lambda value: value)


def _binascii(machine: Machine) -> ModuleType:
    price = machine.prices.crc32_byte
    counter = machine.world.counter

    def crc32(data: Any, crc: int = 0) -> int:
        counter[0] += int(len(data) * price)
        return binascii.crc32(data, crc)

    same = {name: getattr(binascii, name) for name in "hexlify unhexlify b2a_base64 a2b_base64".split()}
    return _made("binascii", crc32=crc32, **same)


def _hashlib(machine: Machine) -> ModuleType:
    price = machine.prices.sha256_byte
    counter = machine.world.counter

    class Hash:
        """What hashlib.new gives on the board: update and digest, no copy, no hexdigest."""

        digest_size = 32
        block_size = 64

        def __init__(self, data: bytes) -> None:
            self._hash = hashlib.sha256()
            if data:
                self.update(data)

        def update(self, data: Any) -> None:
            counter[0] += int(len(data) * price)
            self._hash.update(data)

        def digest(self) -> bytes:
            counter[0] += int(64 * price)
            return self._hash.digest()

    def new(name: str, data: bytes = b"") -> Hash:
        if name != "sha256":
            raise ValueError("Unsupported hash algorithm")
        return Hash(data)

    return _made("hashlib", new=new)
