"""BOOT, PLAN and TASK: what is due, what of it may run, and running it."""

import node
import rows
from torpor import clock, forget, machine, tasktable, timekeeping, triggers, wakeup
from torpor.flags import LOCKED

# Not wanted again before the burst, and the burst wants the heap.
OF_BOOT = ("torpor.beginning", "torpor.marks", "torpor.validate", "torpor.stored", "torpor.spool")
OF_PLAN = ("torpor.planning", "torpor.admission", "torpor.wakeup")


def boot(wake):
    """Wake class, new life, settings. FAIL without any to work with."""
    from torpor import beginning, deciding

    wake.guard(node.WATCHDOG_MS)
    record = wake.record
    record.cause = wakeup.cause(record)
    record.wake += 1
    if beginning.arrive(wake):
        _begin(wake)
    if not deciding.prepare(wake, record.cause not in (wakeup.TIMER, wakeup.PIN)):
        return machine.FAIL
    wake.due = False  # of a burst: PLAN will say
    forget.modules(*OF_BOOT)
    return machine.OK


def _begin(wake):
    """Everything that repeats is due at once: whoever switched the node on sees that it works, and the burst
    brings the time."""
    if not wake.record.valid:
        timekeeping.begin(wake)
        wake.record.ran = timekeeping.minute(wake) & 0xFFFF
    for index, task in enumerate(wake.tasks):
        if not task.step or task.trigger[0] == triggers.EVERY:
            wake.record.owed |= 1 << index


def plan(wake):
    """Which tasks are due, and which of them may run. After hangs wakes pass at which only a burst may."""
    from torpor import battery, reasons

    record = wake.record
    if record.flags & LOCKED or record.cause not in (wakeup.TIMER, wakeup.PIN):
        battery.measure(wake)
    minute = timekeeping.minute(wake)
    found = _due(wake, minute)
    if record.flags & LOCKED:
        return machine.LOW
    wake.hung = record.camera_skips
    if wake.hung:
        record.camera_skips -= 1
        wake.journal.event(reasons.BACK_OFF)
    for number, index in found:
        task = wake.tasks[index]
        if wake.hung and task.step:
            continue
        if not _may(wake, number, index):
            if minute >= triggers.KNOWN:
                record.owed &= ~(1 << index)  # let pass; but nobody else tells the time
        elif task.step:
            wake.todo.append(task)
        else:
            wake.due = True
    _ceilings(wake)
    if wake.due:
        __import__("torpor.tasks")  # the loop is large to compile: now, while the heap has room
    return _next(wake)


def _due(wake, minute):
    """(which time, number of the task) of what is due, the most valuable first; a burst is owed until home
    answers."""
    record, place = wake.record, timekeeping.place(wake)
    ran = timekeeping.ran(record, minute)
    found = []
    for index, task in enumerate(wake.tasks):
        last = triggers.last(task.trigger, minute, place)
        rose = task.trigger[0] == triggers.PIN and (record.cause == wakeup.PIN or wake.pir.value)
        if last > ran or rose or record.owed & 1 << index:
            found.append((_number(task, last, record.wake), index))
            record.owed |= 1 << index
        if task.step:
            record.owed &= ~(1 << index)
    record.ran = max(minute, ran) & 0xFFFF
    found.sort(key=lambda one: (-wake.tasks[one[1]].value, one[1]))
    return found


def _number(task, last, wake):
    """Of this time that it is due: counts up by one from each to the next."""
    if task.trigger[0] == triggers.EVERY:
        return last // task.trigger[1]
    return wake if task.trigger[0] == triggers.PIN else last // triggers.DAY


def _may(wake, number, index):
    from torpor import admission, reasons

    record, task = wake.record, wake.tasks[index]
    stuck = record.stuck if task.trigger[0] == triggers.PIN else 0
    yes, reason = admission.admit(
        task, number, record.charge, record.flags & LOCKED, stuck, wake.tasks, wake.config, rows.CELL_J
    )
    if not yes:
        wake.journal.event(reason)
        wake.journal.event(reasons.TASK_LET_PASS, index)
    return yes


def _ceilings(wake):
    """Those of the task that comes next."""
    if wake.todo:
        tasktable.STEPS[tasktable.TASK] = (tasktable.TASK, "torpor.planning", "task") + wake.todo[0].limits


def _next(wake):
    """The next task, then the burst."""
    if wake.todo:
        return machine.OK
    if not wake.due:
        return machine.SKIP
    wake.meter = None  # it is opened again for the burst
    forget.modules(*OF_PLAN, *forget.METER)
    return machine.DUE


def task(wake):
    """Run the next one, its rails on."""
    if not wake.todo:  # the last one failed
        return _next(wake)
    task = wake.todo.pop(0)
    _ceilings(wake)
    outcome = None
    try:
        for rail in task.rails:
            clock.wait(wake.rails.on(rail))
        outcome = task.step(wake)
        if hasattr(outcome, "send"):
            from torpor import tasks

            return tasks.then(outcome, lambda error: _done(wake, task, error), lambda: _next(wake))
    except (OSError, RuntimeError, ValueError) as error:
        _done(wake, task, error)
    finally:
        if not hasattr(outcome, "send"):
            _done(wake, task)
    return _next(wake) if outcome is None else outcome


def _done(wake, task, error=None):
    """Its rails go off; what its parts raise when they do not answer is no crash."""
    for rail in task.rails:
        wake.rails.off(rail)
    if error:
        from torpor import reasons

        print(task.name, "failed:", error)
        wake.journal.event(reasons.TASK_FAILED, wake.tasks.index(task))
