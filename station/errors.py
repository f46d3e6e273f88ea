"""Where an error becomes one sentence and an exit code; nothing else in the project ends a command."""

from __future__ import annotations

import errno
from enum import IntEnum
from pathlib import Path
from traceback import extract_tb

#: What sqlite3 calls a full disk; station.errors is loaded by every command, sqlite3 by few.
SQLITE_FULL = 13
ROOMS = frozenset({"boards", "sim", "analysis", "station", "benchmarks"})


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_BOARD = 3
    READ_ONLY = 4
    NO_SPACE = 5
    MISMATCH = 6
    NETWORK = 7
    FAULT = 70
    INTERRUPTED = 130


MEANING: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.FAILED: "failed: the sentence on stderr says why",
    Exit.USAGE: "wrong usage, or the target is ambiguous",
    Exit.NO_BOARD: "no board found",
    Exit.READ_ONLY: "read-only or busy: may not be written",
    Exit.NO_SPACE: "not enough space",
    Exit.MISMATCH: "what was written reads back differently",
    Exit.NETWORK: "network or authentication",
    Exit.FAULT: "a fault in Torpor itself (TORPOR_TRACEBACK=1 shows where)",
    Exit.INTERRUPTED: "Ctrl-C",
}

_BY_ERRNO = {
    errno.ENOSPC: Exit.NO_SPACE,
    errno.EROFS: Exit.READ_ONLY,
    errno.EACCES: Exit.READ_ONLY,
    errno.EPERM: Exit.READ_ONLY,
    errno.EBUSY: Exit.READ_ONLY,
}


class StationError(Exception):
    """Something at the home end failed; the message is one sentence, `exit_code` says which kind."""

    def __init__(self, sentence: str, exit_code: Exit = Exit.FAILED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def is_ours(error: BaseException) -> bool:
    """Whether an error belongs to the tree of one of our rooms: raised on purpose, worded for a person."""
    return any(kind.__module__.split(".")[0] in ROOMS for kind in type(error).__mro__)


def verdict(error: BaseException) -> tuple[str, Exit]:
    """Return the sentence for stderr and the exit code of an error that reached the command line."""
    if is_ours(error):
        return _one_line(str(error)), _code_of_ours(error)
    if isinstance(error, OSError):
        return _sentence_of_os(error), _code_of_os(error)
    if isinstance(error, UnicodeDecodeError):
        return f"A file is not text: byte {error.start} is not {error.encoding}.", Exit.FAILED
    return _sentence_of_fault(error), Exit.FAULT


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _code_of_ours(error: BaseException) -> Exit:
    """What it says itself; a full disk is one whoever put it into words."""
    behind = error.__cause__ or error.__context__
    if isinstance(behind, OSError) and behind.errno == errno.ENOSPC:
        return Exit.NO_SPACE
    if getattr(behind, "sqlite_errorcode", None) == SQLITE_FULL:
        return Exit.NO_SPACE
    return Exit(getattr(error, "exit_code", Exit.FAILED))


def _code_of_os(error: OSError) -> Exit:
    if isinstance(error, ConnectionError | TimeoutError):
        return Exit.NETWORK
    return _BY_ERRNO.get(error.errno or 0, Exit.FAILED)


def _sentence_of_os(error: OSError) -> str:
    reason = error.strerror or _one_line(str(error)) or type(error).__name__
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."


def _sentence_of_fault(error: BaseException) -> str:
    last = extract_tb(error.__traceback__)[-1:]
    place = f" at {Path(last[0].filename).name}:{last[0].lineno}" if last else ""
    return f"A fault in Torpor itself: {type(error).__name__}{place}: {_one_line(str(error))}"
