# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""What every camera driver is; another camera is one more file.

open(wake)       of the module: take the lines, whose rail is up -> a camera; else leave nothing open
start(w, h, q)   set up; then width and height are as the sensor sends
light()          (gain in sixteenths, exposure in lines, mean luma 0..255), or None
begin()          start an exposure; no older frame comes out
ready()          None until the frame is there, then its bytes; bounded
read_into(buf)   go on -> bytes read, fewer only at the end
rewind()         to the first byte, as often as wanted
close()          let go of everything; never raises"""


class CameraError(RuntimeError):
    """One sentence that says what the camera did not do."""
