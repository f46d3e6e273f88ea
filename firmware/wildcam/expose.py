# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""The wait for a frame, apart from the driver because it is async."""


async def expose(camera, sleep_ms):
    """One frame into the FIFO -> bytes in it. Bounded by the driver's deadline; raises CameraError."""
    camera.begin()
    while True:
        size = camera.ready()
        if size is not None:
            return size
        await sleep_ms(5)
