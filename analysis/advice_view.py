"""What the report needs to know of an advice; whoever computes one has these attributes."""

from __future__ import annotations

from typing import Protocol


class Advice(Protocol):
    """The one change that would help most.

    Attributes
    ----------
    title : the change itself ("Tilt the panel to 60 degrees").
    why : what it works against, one sentence.
    predicted : what the plain hourly model says it brings, one sentence.
    confirmed : what one more full run with the change gave, one sentence ("" if it was not run).
    rows : (candidate, what the hourly model says, what the full run says or "").
    """

    @property
    def title(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def predicted(self) -> str: ...
    @property
    def confirmed(self) -> str: ...
    @property
    def rows(self) -> list[tuple[str, str, str]]: ...
