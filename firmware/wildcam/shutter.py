"""CAMERA: power up and set up. What may come later is imported by settling.py."""

import node
from torpor import clock
from torpor.record import SMALL


class CameraError(RuntimeError):
    """One sentence that says what the camera did not do."""


def power_up(wake):
    """From rail on to the exposure. A camera that does not answer waits for a later wake."""
    try:
        up = wake.rails.on("camera", lambda: wake.camera and wake.camera.close())
        driver = __import__(node.CAMERA)
        clock.wait(up)
        wake.camera = driver.open(wake)
        wake.camera.start(*node.SIZES[wake.record.flags // SMALL])
        until = clock.after(node.SETTLE_ms)
        import settling

        return settling.expose(wake, until)
    except (OSError, RuntimeError, ValueError) as error:
        import settling

        return settling.failed(wake, error)
