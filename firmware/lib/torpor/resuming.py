"""A picture whose session broke off: home may have its beginning still."""


async def length(session, path):
    """How many bytes of it home has; 0 if none, or if home does not know the question."""
    await session.all(("HEAD %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, session.host)).encode())
    raw = await session.receive()
    at = raw.find(b"Upload-Offset: ")
    return int(raw[at + 15 : raw.find(b"\r\n", at)]) if at > 0 else 0
