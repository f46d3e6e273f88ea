"""Read any INA219 log: our own schema (twin, node, bench) and what makers' loggers and meters write."""

from __future__ import annotations

from pathlib import Path

from .errors import LogError
from .find_header import has_header
from .log import Log
from .read_csv import read_csv
from .read_options import DEFAULTS, ReadOptions
from .text import mapped, open_text

__all__ = ["DEFAULTS", "ReadOptions", "read_log"]

#: First bytes of what is no text.
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
_JLS, _JLS_1 = b"jlsfmt\r\n", b"\xd3tagfmt "


def read_log(path: Path | str, options: ReadOptions = DEFAULTS) -> Log:
    """Read a log into arrays on real time steps; what it is, its first bytes tell.

    Raises
    ------
    LogError : one sentence with file, line and reason; a unit that nothing tells is asked for.
    """
    path = Path(path)
    head = mapped(path)[:4096]
    if head.startswith((_ZIP, _PARQUET, _JLS, _JLS_1)):
        return _binary(path, head, options)
    text = open_text(path, options.salvage)
    head = text.head(4096)
    if head.startswith(b"protocol:") or b"\nschema:" in head:
        from .read_oml import read_oml

        return read_oml(text, options)
    from .read_counts import are_counts, read_counts
    from .read_printed import are_printed, read_printed

    if options.titles is None and are_counts(head):
        return read_counts(text, options)
    if options.titles is None and are_printed(head, options.needs_current) and not has_header(text):
        return read_printed(text, options)
    return read_csv(text, options)


def _binary(path: Path, head: bytes, options: ReadOptions) -> Log:
    if head.startswith(_ZIP):
        from .read_ppk2 import read_ppk2

        return read_ppk2(path, options)
    if head.startswith(_PARQUET):
        from .read_parquet import read_parquet

        return read_parquet(path, options)
    if head.startswith(_JLS_1):
        raise LogError(
            f"{path.name}: JLS version 1 is not read; open it in the Joulescope UI and save it as 2."
        )
    from .read_jls import read_jls

    return read_jls(path, options)
