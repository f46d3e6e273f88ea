"""Declared tasks: when, with what, at which price, worth how much. The scheduler admits them, runs them, and
sleeps until the next.

    scheduler.run((Task("reading", every(60), look, rails=("sensor",), cost_mJ=900, value=90),
                   burst(at(12), cost_mJ=12000, value=50)), of="moisture cC")
"""

import alarm
import board
import digitalio

import node
from torpor import machine, tasktable, triggers
from torpor.rails import Rails
from torpor.taskrecord import TaskRecord

MOST = 8  # a bit each in the record


class Task:
    """One thing to do. `step(wake)` is a plain function, or an `async def` that its ceilings can cut off; it
    returns nothing or an outcome of torpor.machine. `rails` are on while it runs. `cost_mJ` is what it takes
    and `value` (0 to 100) what it is worth: torpor.admission. No step: a burst."""

    def __init__(self, name, trigger, step=None, rails=(), cost_mJ=0, value=50, limit_ms=6000, limit_mJ=0):
        self.name = name
        self.trigger = trigger
        self.step = step
        self.rails = rails
        self.cost_mJ = cost_mJ
        self.value = value
        self.limits = limit_ms, limit_mJ or 4 * cost_mJ + 1000


def burst(trigger, cost_mJ=12000, value=50):
    """Readings and journal go home. It is owed until home has answered, from the first start on."""
    return Task("burst", trigger, None, (), cost_mJ, value)


class NoPin:
    """Of a node that waits for none."""

    value = False

    def deinit(self):
        pass


class TaskWake(machine.Wake):
    """What steps share. `keep` is for the application's."""

    key = shot = exposure = packed = bad = heard = told_s = None
    due = told = hung = False
    radio = sent_B = per_hour = 0

    def __init__(self, record, rails, pin, tasks, of):
        machine.Wake.__init__(self, record, rails, pin)
        self.tasks = tasks
        self.of = of
        self.todo = []

    def keep(self, *values):
        """One reading: whole numbers, in the order of the names in `of`."""
        from torpor import readings

        readings.keep(self, values)

    def spoke(self):
        """Home has answered: no burst is owed."""
        for index, task in enumerate(self.tasks):
            if not task.step:
                self.record.owed &= ~(1 << index)


def run(tasks, of=""):
    """One wake, from the first line of code.py to deep sleep, with at most MOST tasks. `of` names the values
    of a reading."""
    if len(tasks) > MOST:
        raise ValueError("%d tasks are declared, at most %d can be" % (len(tasks), MOST))
    record = TaskRecord()
    record.load(alarm.sleep_memory)
    with Rails(node.RAILS) as rails:
        machine.run(tasktable, TaskWake(record, rails, _pin(tasks), tasks, of))


def watched(tasks):
    """The role of the pin that some task waits for."""
    for task in tasks:
        if task.trigger[0] == triggers.PIN:
            return task.trigger[1]
    return None


def _pin(tasks):
    role = watched(tasks)
    if not role:
        return NoPin()
    line = digitalio.DigitalInOut(getattr(board, getattr(node, role)))
    line.switch_to_input(pull=digitalio.Pull.DOWN)
    return line
