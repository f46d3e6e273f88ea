"""This computer's address in its network: what a node at home would call it by."""

from __future__ import annotations

import socket

#: Of nobody (RFC 5737): nothing is sent, the system only says from where it would be.
_SOMEWHERE = ("192.0.2.1", 9)


def own_address() -> str | None:
    """As text; None where there is no network."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.connect(_SOMEWHERE)
            found = str(link.getsockname()[0])
    except OSError:
        return None
    return None if found.startswith(("127.", "0.")) else found
