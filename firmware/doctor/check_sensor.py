"""A sensor of its own rail (soil): some readings by the application's own probe."""

import node
from torpor import clock
from torpor.rails import Rails

TRIES = 4


class Bench:
    """What the probe asks of a wake: where its values go."""

    def __init__(self):
        self.values = []

    def keep(self, *values):
        self.values = list(values)


def run(tell):
    if "sensor" not in node.RAILS:
        return
    bench = Bench()
    failed, text = 0, ""
    with Rails(node.RAILS) as rails:
        clock.wait(rails.on("sensor"))
        probe = __import__("probe")
        for _ in range(TRIES):
            try:
                probe.read(bench)
            except (OSError, RuntimeError, ValueError) as error:
                failed += 1
                text = str(error)
    tell.say("sensor.reads", failed=failed, of=TRIES, values=bench.values, text=text)
