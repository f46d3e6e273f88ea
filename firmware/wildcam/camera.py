# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""What every camera driver is, so that another camera is one more file.

`open(wake)` of the driver module takes the lines (their rail is up) and gives a camera, or leaves nothing open.
start(width, height, quality=None)  set up; then `width`, `height` are what the sensor really sends
light()          (gain in sixteenths, exposure in lines, mean luma 0..255), None if the sensor does not tell
begin()          start an exposure; no frame of before it will be handed out
ready()          None while the frame is on its way, then its size in bytes; CameraError in bounded time
read_into(buf)   go on reading -> bytes read, fewer only at the end
rewind()         back to the frame's first byte, as often as wanted
close()          let go of everything, as often as wanted; never raises"""


class CameraError(RuntimeError):
    """One sentence that says what the camera did not do."""
