"""The camera from rail to picture, by the application's own drivers, with what it draws on the way."""

import node
from torpor import clock, meter
from torpor.rails import Rails

TRIES = 3
PIECE = 1024


class Bench:
    """What drivers and meter ask of a wake."""

    meter = meter_bus = settings = camera = None


def run(tell):
    if not hasattr(node, "CAMERA"):
        return
    bench = Bench()
    try:
        with Rails(node.RAILS) as rails:
            off = _current(bench)
            on = _on(bench, rails, tell)
        tell.say("camera.draws", off=off, on=on, after=_current(bench))
    finally:
        if bench.meter_bus:
            bench.meter_bus.deinit()


def _on(bench, rails, tell):
    """Everything while it has power. Returns the current then."""
    up = rails.on("camera", lambda: bench.camera and bench.camera.close())
    began = clock.now()
    driver = __import__(node.CAMERA)
    clock.wait(up)
    try:
        bench.camera = driver.open(bench)
        bench.camera.start(*node.SIZES[0])
    except (OSError, RuntimeError, ValueError) as error:
        tell.say("camera.failed", text=str(error), ms=clock.since(began), **_lines(bench.camera))
        return None
    tell.say("camera.started", ms=clock.since(began), **_lines(bench.camera))
    clock.wait(clock.after(node.SETTLE_ms))
    current = _current(bench)
    _pictures(bench.camera, tell)
    return current


def _current(bench):
    """0.1 mA, None where nobody measures."""
    try:
        return meter.of(bench).read_now()[1]
    except meter.ERRORS:
        bench.meter = None
        return None


def _lines(camera):
    """What a driver does not tell: how often the bridge's test register echoes, who is on the bus."""
    found = {}
    try:
        if getattr(camera, "spi", None):
            found["echo"] = 0
            for value in range(1, 256, 16):
                camera.set(0, value)
                found["echo"] += camera.get(0) == value
            found["bridge"] = camera.get(0x40)
        bus = getattr(camera, "i2c", None) or getattr(camera, "_i2c", None)
        if bus and bus.try_lock():
            try:
                found["there"] = bus.scan()
            finally:
                bus.unlock()
    except (OSError, RuntimeError):
        pass  # then they are not told
    return found


def _pictures(camera, tell):
    """Until one passes. Each is read twice: what differs was spoilt on the way."""
    buffer = bytearray(PIECE)
    for number in range(TRIES):
        began = clock.now()
        frame = camera.frame()
        try:
            frame.begin()
            while frame.ready() is None:  # bounded by the driver
                pass
            ms = clock.since(began)
            first, second = _walk(frame, buffer), _walk(frame, buffer)
        except (OSError, RuntimeError) as error:
            size = frame.size  # it was there, and could not be read
            tell.say("camera.no_frame", number=number, text=str(error), ms=clock.since(began), size=size)
            continue
        alike = (first.length, first.crc, first.error) == (second.length, second.crc, second.error)
        good = first.done and alike
        tell.say(
            "camera.frame",
            number=number,
            error=first.error,
            second=second.error,
            alike=alike,
            start=first.start,
            ms=ms,
            size=frame.size,
            light=frame.light(),
        )
        if good:
            _send(frame, first, buffer, tell)
            tell.say(
                "camera.picture", length=first.length, crc=first.crc, width=frame.width, height=frame.height
            )
            return


def _walk(frame, buffer):
    """One reading through the check."""
    import jpeg

    piece = memoryview(buffer)[: PIECE - 3]
    check = jpeg.Check(frame.width, frame.height)
    frame.rewind()
    count = PIECE
    while count and not check.done and not check.error:
        count = frame.read_into(piece)
        check.feed(buffer, count)
    check.finish()
    return check


def _send(frame, check, buffer, tell):
    """The picture's own bytes to `tell`, piece by piece."""
    view = memoryview(buffer)
    frame.rewind()
    skip = check.start
    while skip:
        skip -= frame.read_into(view[: min(skip, PIECE)])
    left = check.length
    while left:
        count = frame.read_into(view[: min(left, PIECE)])
        if not count:
            return
        tell.keep(view[:count])
        left -= count
