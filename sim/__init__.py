"""The twin: a virtual node that runs the real firmware files on virtual time."""
