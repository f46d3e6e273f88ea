"""Install mode of the camera, in place of code.py. Whatever happens in it, the node then starts afresh."""

try:
    import node

    if node.LATCH:
        __import__("latching").hold()
    import previewing

    from torpor import hanging

    hanging.main(previewing.take)
except Exception as error:
    print("install mode:", repr(error))

import microcontroller

microcontroller.reset()
