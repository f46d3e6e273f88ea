"""Which checks have run, in a file: a check that hangs or resets the board does not stop the others, and a
node without a console tells when its drive is read."""

PATH = "/doctor.txt"
CHECKS = "board pins meter pir camera card sensor wifi home sleep deep".split()
BEGUN, ENDED = ">", "<"
PICTURE = "~"  # its bytes would fill the drive


class Diary:
    """Lines on the console, and in the file where the drive is the node's."""

    def __init__(self):
        self.begun, self.ended = [], []
        try:
            with open(PATH) as file:
                for line in file.read().split("\n"):
                    self._remember(line)
        except OSError:
            pass

    def _remember(self, line):
        if line[:1] == BEGUN:
            self.begun.append(line[1:])
        elif line[:1] == ENDED:
            self.ended.append(line[1:])

    def write(self, line):
        """It may not be kept: a computer has the drive, or it is full. Then the console has it."""
        print(line)
        if line[:1] == PICTURE:
            return
        try:
            with open(PATH, "a") as file:
                file.write(line + "\n")
        except OSError:
            pass

    def begin(self, name):
        self.begun.append(name)
        self.write(BEGUN + name)

    def end(self, name):
        self.ended.append(name)
        self.write(ENDED + name)

    def cut_off(self):
        """The check that was begun and never ended, None if there is none."""
        return next((name for name in self.begun if name not in self.ended), None)

    def next(self):
        """What comes now, None at the end."""
        return next((name for name in CHECKS if name not in self.begun), None)
