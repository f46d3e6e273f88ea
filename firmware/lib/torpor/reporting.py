"""CONNECT and UPLOAD of a node with declared tasks: readings, oldest first, then the journal."""

from torpor import readings, reasons, speaking, timekeeping, upload
from torpor.deciding import may_write

OURS = ("torpor.reporting", "torpor.readings", "torpor.spool")


async def connect(wake):
    """One short burst of Wi-Fi, if the battery carries it."""
    from torpor import joining

    return joining.join(wake)


async def send(wake):
    """Everything that waits; the burst is owed until all of it went."""
    more = ',"now":%d,"of":"%s"' % (timekeeping.now(wake), wake.of)
    return await speaking.session(wake, bytearray(upload.PIECE), more, _everything, OURS)


async def _everything(wake, session):
    sent = await _readings(wake, session)
    # a day of rows fills most of the journal's region: it is made free each time
    await _told(wake, await speaking.log(wake, session, 0))
    wake.spoke()
    return sent


async def _readings(wake, session):
    """Files, then what is in nvm; returns how many went."""
    sent, size = 0, readings.length(wake)
    for path in readings.files():
        from torpor import spool

        with spool.opened(path) as file:
            if await _put(wake, session, spool.key(path), spool.size(path), file.readinto):
                sent += spool.size(path) // size
        spool.delete(path)
    raw = readings.waiting(size)
    if raw:
        if await _put(wake, session, readings.key(wake, raw), len(raw), readings.source(raw)):
            sent += len(raw) // size
        if may_write(wake):  # else home gets them again, and knows them
            readings.clear()
    wake.record.waiting = 0
    return sent


async def _put(wake, session, key, length, read_into):
    """One request: whether home took it. What home will never take must not block the rest."""
    try:
        await _told(wake, await session.put("readings/" + key, length, read_into))
        return True
    except upload.UploadError as error:
        if error.status not in speaking.NEVER:
            raise
        wake.journal.event(reasons.REFUSED, error.status // 10)
        return False


async def _told(wake, answer):
    """The first answer of a session tells the time."""
    if answer and not wake.told:
        timekeeping.learn(wake, answer["t"])
        speaking.acknowledged(wake, answer)
        timekeeping.moved(wake, answer["t"])
        wake.told = True
