"""Once a day, when home has just told the time: what the node learns, and where its ledger goes."""

from micropython import const

LEAST_h = const(20)  # between two lessons
MOST_h = const(240)  # more, or a clock that jumped: begin anew
PICTURES = (2, 3, 4, 5, 6)  # states that a picture costs: all but those of every wake


def lesson(wake, may_rewrite):
    """Learn from the time since the last lesson, plan anew, and add the ledger to the totals in nvm.

    `may_rewrite()`: whether a sector may be rewritten; while not, the lesson waits.
    """
    record = wake.record
    now_h = (record.sync_s // 3600 & 0xFFFF) or 1
    hours = (now_h - record.learnt) & 0xFFFF
    if (record.learnt and hours < LEAST_h) or not may_rewrite():
        return
    if record.dear and not 51 <= record.dear <= 80:  # 1/64: four fifths to five quarters are as it should be
        from torpor import reasons

        wake.journal.event(reasons.DEAR, record.dear)
    if record.learnt and hours <= MOST_h and record.mV:
        _learn(wake, hours)
    record.learnt, record.charge_ref, record.seen = now_h, record.charge, 0
    from torpor import checkpoint

    checkpoint.fold(record)


def _learn(wake, hours):
    import rows
    from torpor import costs, learning, policy, reasons, season
    from torpor.ledger import UNIT_mJ

    record = wake.record
    spent = [record.ledger[2 * state + 1] * UNIT_mJ[state] for state in range(len(UNIT_mJ))]
    base_mJ = sum(spent) - sum([spent[state] for state in PICTURES])
    share = policy.duty(record.soc, record.allow, wake.config)
    batch = policy.batch(share, costs.of(record, costs.JOIN), costs.picture(record, False), wake.config)
    facts = (
        hours, record.charge_ref, record.charge, sum(spent) // 1000, base_mJ // 1000, share,
        learning.half_month(record.sync_s), record.seen * costs.picture(record, False, batch) // 1000,
    )  # fmt: skip
    latitude = wake.settings["latitude"]
    course = season.flat() if latitude == 90 else season.course(latitude, rows.TILT_deg)
    state = (record.harvest, record.base, record.wish, record.allow)
    config = (rows.CELL_J, wake.config[0], rows.HARVEST_J, rows.BASE_J)
    record.harvest, record.base, record.wish, record.allow = learning.learn(state, facts, config, course)
    wake.journal.event(reasons.LEARNT, record.allow)
