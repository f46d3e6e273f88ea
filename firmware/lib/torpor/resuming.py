"""A picture whose session broke off: home may have its beginning still."""


async def length(session, path, most):
    """How many bytes of it home has, at most `most`; 0 if none, or if home does not know the question."""
    await session.all(("HEAD %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, session.settings["host"])).encode())
    raw = await session.receive()
    at = raw.find(b"Upload-Offset: ")
    return min(int(raw[at + 15 : raw.find(b"\r\n", at)]), most) if at > 0 else 0
