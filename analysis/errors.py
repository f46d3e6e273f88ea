"""The errors of this room: each is one sentence that a person can act on."""

from __future__ import annotations


class AnalysisError(Exception):
    """Something given to analysis cannot be used; the message is one sentence."""


class LogError(AnalysisError):
    """A log cannot be read; the message names the file, the line and the reason."""


class DamagedLog(LogError):
    """A part of a log cannot be read; what is whole can be had with `--salvage`."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence.rstrip('.')}; --salvage reads the rest.")
