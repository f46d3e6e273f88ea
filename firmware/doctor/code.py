"""The doctor: what is wrong with this node (docs/doctor.md)."""

try:
    import node

    if node.LATCH:
        __import__("latching").hold()
    import examining

    examining.main()
except Exception as error:
    print("doctor:", repr(error))
