"""The upload client: one PUT per picture over a raw socket, signed, in pieces of PIECE bytes; a PATCH with
the rest of it where home has the beginning.

Body = content + footer ("TPF1", CRC32 of the content, HMAC-SHA256). The HMAC covers method, path,
telemetry, content length and content. The answer is signed too, with the request's HMAC in it:
an answer that does not verify is no answer, and nothing is deleted because of it.
"""

import hashlib
import json
import struct
from binascii import crc32, hexlify, unhexlify

PIECE = 1024
FOOTER = 40
TIMEOUT_s = 5  # below the watchdog's limit


class UploadError(Exception):
    """`status` is the HTTP status (signed: the home station has read what we sent), 0 without an answer,
    10 if the answer was not signed by us."""

    def __init__(self, status):
        super().__init__("upload failed, status %d" % status)
        self.status = status


class Hmac:
    """HMAC-SHA256 over CircuitPython's hashlib (RFC 2104)."""

    def __init__(self, key):
        raw = key + bytes(64 - len(key))  # a block of SHA-256
        self._inner = hashlib.new("sha256", bytes([value ^ 0x36 for value in raw]))
        self._outer = hashlib.new("sha256", bytes([value ^ 0x5C for value in raw]))

    def update(self, data):
        self._inner.update(data)

    def digest(self):
        self._outer.update(self._inner.digest())
        return self._outer.digest()


class Session:
    """One connection to the home station; several requests may follow each other on it."""

    def __init__(self, pool, settings, telemetry, pause, buffer):
        self._pool = pool
        self.settings = settings
        self._key = unhexlify(settings["key"])
        self.telemetry = telemetry  # of the next request
        self._pause = pause  # async: called after each piece, so that other tasks and the watchdog live
        self._socket = None
        self._buffer = buffer  # of PIECE bytes

    async def put(self, name, length, read_into, rest=False):
        """PUT `length` bytes that `read_into(memoryview)` delivers; `rest`: only what home has not got of
        them from a request that broke off. Returns the answer's dict."""
        path = "/v1/nodes/" + self.settings["node"] + "/" + name
        try:
            await self._open()
            offset = 0
            if rest:
                from torpor import resuming

                offset = await resuming.length(self, path, length)
            return await self._send(path, length, read_into, offset)
        except UploadError:
            self.close()
            raise
        except (OSError, ValueError):  # the network's, or an answer that makes no sense
            self.close()
            raise UploadError(0)

    async def _open(self):
        if self._socket:
            return
        pool = self._pool
        self._socket = pool.socket(pool.AF_INET, pool.SOCK_STREAM)
        if self.settings["tls"]:
            from torpor import secure

            self._socket = secure.socket(self._socket, self.settings["host"])
        self._socket.settimeout(TIMEOUT_s)
        self._socket.connect((self.settings["host"], self.settings["port"]))
        await self._pause()

    def close(self):
        if self._socket:
            try:
                self._socket.close()
            except OSError:
                pass
            self._socket = None

    async def _send(self, path, length, read_into, offset):
        mac = Hmac(self._key)
        mac.update(("PUT\n%s\n%s\n%d\n" % (path, self.telemetry, length)).encode())
        head = "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nX-Torpor: %s\r\nUpload-Offset: %d\r\n\r\n"
        head %= (
            "PATCH" if offset else "PUT",
            path,
            self.settings["host"],
            length - offset + FOOTER,
            self.telemetry,
            offset,
        )
        await self.all(head.encode())
        view = memoryview(self._buffer)
        crc = start = 0
        while start < length:
            piece = view[: min(length - start, PIECE)]
            read_into(piece)
            crc = crc32(piece, crc)
            mac.update(piece)
            await self.all(piece[min(max(0, offset - start), len(piece)) :])
            start += len(piece)
        digest = mac.digest()
        await self.all(struct.pack("<4sI", b"TPF1", crc) + digest)
        return self._answer(await self.receive(), digest, crc)

    async def all(self, data):
        # send() may take only a part; sendall() would not say how much went before an error
        view = memoryview(data)
        sent = 0
        while sent < len(view):
            sent += self._socket.send(view[sent:])
            await self._pause()

    def _answer(self, raw, digest, crc):
        head = raw.find(b"\r\n\r\n")
        status = int(raw[9:12])
        body = raw[head + 4 :]
        mac = Hmac(self._key)
        mac.update(digest + raw[9:12] + body)
        at = raw.find(b"X-Torpor-Sign: ")
        if at < 0 or raw[at + 15 : at + 79] != hexlify(mac.digest()):
            raise UploadError(10)
        answer = json.loads(body)
        if status not in (200, 201) or answer.get("crc") != crc:
            raise UploadError(status)
        return answer

    async def receive(self):
        """One whole answer (headers and Content-Length bytes), at most PIECE bytes."""
        view = memoryview(self._buffer)
        size = 0
        end = PIECE
        while size < end:
            count = self._socket.recv_into(view[size:])
            if not count:
                raise UploadError(0)
            size += count
            await self._pause()
            raw = bytes(view[:size])
            head = raw.find(b"\r\n\r\n")
            at = raw.find(b"Content-Length: ")
            if 0 <= at < head:
                end = head + 4 + int(raw[at + 16 : raw.find(b"\r\n", at)])
                if end > PIECE:
                    raise UploadError(0)
            elif head >= 0:
                raise UploadError(0)
        if not raw.startswith(b"HTTP/1.1 ") or not raw[9:12].isdigit():
            raise UploadError(0)
        return raw
