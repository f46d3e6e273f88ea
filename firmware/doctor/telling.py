"""How a check tells what it found: a line of JSON with its sum; the picture's bytes in base64."""

import json
from binascii import b2a_base64, crc32


class Teller:
    """`write(line)` takes each line. `feed` is called while a check goes on."""

    def __init__(self, write, feed=None):
        self._write = write
        self.alive = feed or self.nothing

    def say(self, code, **figures):
        """One finding: a code and its figures."""
        self.alive()
        figures["code"] = code
        self._line("=", json.dumps(figures))

    def keep(self, piece):
        """Some bytes of the picture."""
        self.alive()
        self._line("~", str(b2a_base64(piece), "ascii").strip())

    def _line(self, mark, text):
        self._write("%s%08x%s" % (mark, crc32(text.encode()) & 0xFFFFFFFF, text))

    def nothing(self):
        pass
