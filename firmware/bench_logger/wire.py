"""Where frames go: the second serial port, the console's, or text where a board has no USB of its own."""

from binascii import b2a_base64


class Port:
    """A serial port of USB. It never waits: what finds no room is sent on at the next turn."""

    def __init__(self, port):
        self._port = port
        self._port.write_timeout = 0
        self._rest = b""

    def free(self):
        """Whether the last frame is away (or nobody listens)."""
        return not self._rest

    def send(self, frame):
        self._rest = frame
        self.turn()

    def turn(self):
        """Send on as much as there is room for."""
        if not self._rest:
            return
        if self._port.connected:
            self._rest = self._rest[self._port.write(self._rest) or 0 :]
        else:
            self._rest = b""


class Text:
    """Frames as lines of base64 among whatever else is printed."""

    def free(self):
        return True

    def send(self, frame):
        print("~" + str(b2a_base64(frame), "ascii").strip())

    def turn(self):
        pass


def best():
    """The best way that this board has."""
    try:
        import usb_cdc
    except ImportError:
        return Text()
    port = usb_cdc.data or usb_cdc.console
    return Port(port) if port else Text()
