"""What is to lie on a node's drive, byte for byte: the twin's drive (`sim.drive`), compiled where that is
sound, and the licences of what others wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from boards import Design
from sim.drive import LIBRARY, Drive, assemble, bundle_folder
from sim.modules import SourceFile
from station import __version__, deploy_mpy

#: The last file of a deploy: what is ours on the drive.
MANIFEST = "torpor.json"
LICENCES = "lib/licences.txt"
#: Where firmware/doctor keeps what it finds.
DIARY = "doctor.txt"
SETTINGS = "settings.toml"
#: What the board runs by itself. While these are away nothing of ours runs.
STARTS = ("boot.py", "safemode.py", "code.py")


@dataclass(frozen=True)
class Image:
    """All files of one version.

    Attributes
    ----------
    design : name of the node's design, "" if it is not known (a version from before).
    files : path -> content, in the order in which they are written (deploy_carry has STARTS and what follows
        them wait until the end).
    gone : paths that are not to be there: what this version did not have, and the next one brought.
    """

    design: str
    files: Mapping[str, bytes]
    gone: frozenset[str] = frozenset()

    @cached_property
    def digests(self) -> Mapping[str, str]:
        return MappingProxyType({path: digest(content) for path, content in self.files.items()})

    def beside(self, more: Mapping[str, bytes]) -> Image:
        """The same with more files, and a manifest that names them."""
        files = {**more, **self.files}
        files[MANIFEST] = manifest(self.design, {path: files[path] for path in files if path != MANIFEST})
        return Image(self.design, files, self.gone)


def manifest(design: str, files: Mapping[str, bytes]) -> bytes:
    """What is ours, for whoever deploys next. No digest of settings.toml: it holds secrets."""
    listed = {path: digest(content)[:12] for path, content in sorted(files.items()) if path != SETTINGS}
    document = {"version": 1, "torpor": __version__, "design": design, "files": listed}
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def named_in(text: bytes) -> frozenset[str]:
    """The paths that a manifest names as ours; none if it is torn."""
    try:
        return frozenset(map(str, dict(json.loads(text)["files"])))
    except (ValueError, KeyError, TypeError):
        return frozenset()


def design_in(text: bytes) -> str:
    """The design that a manifest names, "" if it is torn."""
    try:
        return str(json.loads(text)["design"])
    except (ValueError, KeyError, TypeError):
        return ""


def image_of(
    design: Design, settings: str, compiled: bool = True, own_compiler: Path | None = None, beside: str = ""
) -> Image:
    """The drive of a design with the text of its settings.toml.

    Parameters
    ----------
    compiled : .mpy where that is sound (and a compiler is there). own_compiler : CircuitPython's mpy-cross,
        which compiles the modules with `await` too. beside : see `assemble`; what an examination before
        has kept goes, or the doctor would go on with that.

    Raises
    ------
    DriveError : the firmware for this design is not there. StationError : a module does not compile.
    """
    drive = assemble(design, beside=beside)
    made_by = deploy_mpy.compiler(own_compiler) if compiled else None
    files = _modules(drive, made_by, own_compiler)
    files[LICENCES] = licences().encode()
    files.update({path.lstrip("/"): content for path, content in drive.data.items()})
    later = [name for name in drive.scripts if name not in STARTS]  # code.py runs them
    files.update({name: drive.scripts[name].text.encode() for name in later})
    files[SETTINGS] = settings.encode()
    files.update({name: drive.scripts[name].text.encode() for name in STARTS})
    files[MANIFEST] = manifest(design.name, files)
    return Image(design.name, files, frozenset((DIARY,)) if beside else frozenset())


def _modules(drive: Drive, made_by: deploy_mpy.Compiler | None, own: Path | None) -> dict[str, bytes]:
    """Path -> content of every module; libraries first, as the application needs them."""
    found = [module for module in drive.modules.values() if not module.native]
    there = sorted(found, key=lambda module: ("/" not in module.path, module.path))
    wanted = [module for module in there if deploy_mpy.may_compile(module, own)] if made_by else []
    made = dict(zip(wanted, deploy_mpy.compile_all(wanted, made_by), strict=True)) if made_by else {}
    return dict(_placed(module, made.get(module)) for module in there)


def _placed(module: SourceFile, made: bytes | None) -> tuple[str, bytes]:
    if made is None:
        return module.path, module.text.encode()
    return module.path.removesuffix(".py") + ".mpy", made


def licences() -> str:
    """Who wrote the libraries, and their licence: a compiled file has lost the lines that say so."""
    bundle = bundle_folder()
    lines = ["Written by others, under the licence below:", ""]
    for name in LIBRARY:
        head = (bundle / name).read_text(encoding="utf-8").splitlines()[:20]
        said = [line.partition(":")[2].strip() for line in head if "SPDX-FileCopyrightText" in line]
        lines.append(f"{name}: {'; '.join(said) or 'see its source'}")
    text = sorted(bundle.glob("*ina219*.dist-info/licenses/LICENSE"))[0].read_text(encoding="utf-8")
    permission = text[text.index("Permission is hereby granted") :].strip()
    return "\n".join([*lines, "", "The MIT License (MIT)", "", permission, ""])
