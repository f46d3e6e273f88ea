"""A twin's drive of the files that lie on a board, and of nothing else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace

from benchmarks.deploy_stories import firmware
from boards import Design
from sim.drive import Drive, assemble
from sim.modules import SourceFile


def drive_of(files: Mapping[str, bytes], design: Design) -> Drive:
    """A twin's drive of the files that lie on a board. CPython runs no .mpy: such a file stands for its
    source, after it was held against what its source compiles to."""
    made, known_as = firmware(design.name), assemble(design)
    modules = {name: file for name, file in known_as.modules.items() if file.native}
    for name, file in known_as.modules.items():
        compiled = file.path.removesuffix(".py") + ".mpy"
        if compiled in files:
            assert files[compiled] == made[compiled]
            modules[name] = replace(file, compiled=True)
        elif file.path in files:
            modules[name] = SourceFile(file.path, files[file.path].decode())
    scripts = {name: SourceFile(name, files[name].decode()) for name in known_as.scripts}
    data = {path: files[path.lstrip("/")] for path in known_as.data}
    text = files["settings.toml"].decode()
    environment = {key: str(value) for key, value in tomllib.loads(text).items()}
    return Drive(modules, known_as.packages, scripts, data, text, environment)
