"""The station: whether its name is known, its port open, the key right; one empty journal goes there."""

import asyncio
import os

from torpor import clock

TIMEOUT_s = 5


def run(tell):
    import wifi

    if not wifi.radio.connected:
        return
    from torpor import link, upload, validate

    try:
        settings = validate.read()
    except ValueError:
        return  # the check of Wi-Fi has said it
    pool = link.pool()
    if not _reached(tell, pool, settings):
        return
    tell.alive()
    name = "log/" + "".join("%02x" % byte for byte in os.urandom(4)) + "-0"
    session = upload.Session(pool, settings, "{}", _pause, bytearray(upload.PIECE))
    began = clock.now()
    try:
        answer = asyncio.run(session.put(name, 0, _nothing))
        tell.say("home.took", ms=clock.since(began), t=answer["t"])
    except upload.UploadError as error:
        tell.say("home.refused", status=error.status, ms=clock.since(began))
    finally:
        session.close()


def _nothing(piece):
    """The journal is empty."""


async def _pause():
    pass


def _reached(tell, pool, settings):
    """Whether a connection comes about; what is in the way has a number."""
    host, port = settings["host"], settings["port"]
    try:
        pool.getaddrinfo(host, port)
    except (OSError, RuntimeError) as error:
        tell.say("home.unknown", host=host, number=error.errno if isinstance(error, OSError) else 0)
        return False
    tell.alive()
    socket = pool.socket(pool.AF_INET, pool.SOCK_STREAM)
    socket.settimeout(TIMEOUT_s)
    began = clock.now()
    try:
        socket.connect((host, port))
        return True
    except (OSError, RuntimeError) as error:
        number = error.errno if isinstance(error, OSError) else 0
        tell.say("home.silent", host=host, port=port, number=number or 0, ms=clock.since(began))
        return False
    finally:
        socket.close()
