# SPDX-License-Identifier: EUPL-1.2
"""The commands of `./dev`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from tools import architecture, browser, environment, node, releasing, services, words
from tools.checks import check
from tools.environment import DEVELOPMENT, NODE, PYTHON, ROOT, RUNTIME, TOOLS, VENV, WORDS, Missing, say
from tools.postgres import NoServer
from tools.testing import QUICK, test

PASSED_ON = ("demo", "troskel")
"""Commands that tell of themselves: all that follows them is the program's."""

_RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"


def main(arguments: Sequence[str], usage: str) -> int:
    """Run the command that is asked for; gives its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage)
        return 0 if arguments else 2
    command = COMMANDS.get(arguments[0])
    if command is None:
        say(f"there is no command {arguments[0]!r}. These are:\n{usage}")
        return 2
    if arguments[0] not in PASSED_ON and {"-h", "--help"} & set(arguments[1:]):
        print(usage)
        return 0
    _keep_bytecode()
    signal.signal(signal.SIGTERM, _stop)  # so that what we started is stopped too
    try:
        return command(arguments[1:])
    except (Missing, NoServer) as missing:
        say(str(missing))
        return 1
    except KeyboardInterrupt:
        return 130


def _keep_bytecode() -> None:
    """Where Python is told to write none beside the source, let it write it in our environment.

    Without any, each of the many processes of a run compiles everything anew.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "bytecode"))


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(143)


def demo(arguments: Sequence[str]) -> int:
    """Fill an invented municipality and serve it."""
    return troskel(["demo", *arguments])


def troskel(arguments: Sequence[str]) -> int:
    """Become the program: its input, output and exit code are ours."""
    environment.ensure(development=False)
    if arguments[:1] in (["demo"], ["serve"]) and not {"-h", "--help", "--no-serve"} & set(arguments):
        for_pages()
    os.execv(PYTHON, [str(PYTHON), "-P", "-c", _RUN, *arguments])


def for_pages() -> None:
    """Make what the pages need besides Python: words, and files of others. Without the latter they are plain."""
    words.ensure()
    try:
        node.ensure()
    except Missing as missing:
        say(f"{missing}\ndev: until then the pages have no design system: they work, and look plain")


def run_words(arguments: Sequence[str]) -> int:
    """Take up the words that pages and code have got."""
    if arguments:
        raise Missing("'./dev words' takes no arguments")
    environment.ensure(development=True)
    words.update()
    words.ensure()
    return 0


def pictures(arguments: Sequence[str]) -> int:
    """Take pictures of the pages, in the demo."""
    if browser.find() is None:
        raise Missing(f"pictures need Chromium; {browser.HOW_TO_HAVE}")
    environment.ensure(development=True)
    words.ensure()
    node.ensure()
    return subprocess.run([str(PYTHON), "-m", "tools.pictures", *arguments], cwd=ROOT, check=False).returncode


def run_check(arguments: Sequence[str]) -> int:
    """Run the checks."""
    if arguments:
        raise Missing("'./dev check' takes no arguments")
    environment.ensure(development=True)
    return check()


def run_test(arguments: Sequence[str]) -> int:
    """Run checks and tests."""
    environment.ensure(development=True)
    words.ensure()
    left_out = _browser_tests_lack()
    result = test(arguments, recorded=False)
    if left_out and QUICK not in arguments:
        say(f"left out: the tests in tests/browser. {left_out}")
    return result


def durations(arguments: Sequence[str]) -> int:
    """Run everything, and record what each file costs."""
    if arguments:
        raise Missing("'./dev durations' takes no arguments")
    environment.ensure(development=True)
    words.ensure()
    lacking = _browser_tests_lack()
    if lacking:
        raise Missing(f"the tests in tests/browser can't be measured. {lacking}")
    return test([], recorded=True)


def _browser_tests_lack() -> str:
    """What the browser tests need and can't have; empty where nothing is missing."""
    try:
        node.ensure()
    except Missing as missing:
        return str(missing)
    return "" if browser.find() else f"They need Chromium; {browser.HOW_TO_HAVE}"


def keep(arguments: Sequence[str]) -> int:
    """Keep today's database, filled, for the tests of later versions."""
    environment.ensure(development=True)
    return subprocess.run([str(PYTHON), "-m", "tools.keeping", *arguments], cwd=ROOT, check=False).returncode


def wheel(arguments: Sequence[str]) -> int:
    """Build the wheel, with the words compiled and the files of others in it."""
    environment.ensure(development=True)
    words.ensure()
    node.ensure()
    folder = ROOT / (arguments[0] if arguments else "dist")
    command = [str(PYTHON), "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code == 0:
        shutil.copyfile(RUNTIME, folder / "troskel-lock.txt")  # what it was tested with: versions and hashes
    return code


def release(arguments: Sequence[str]) -> int:
    """Check that this is a release, and build its wheel."""
    if arguments:
        raise Missing("'./dev release' takes no arguments")
    return releasing.release(lambda: wheel(()))


def run_services(arguments: Sequence[str]) -> int:
    """Run a component that a server stands among, until stopped; its address goes to stdout."""
    environment.ensure(development=True)
    return services.serve(arguments)


def postgres(_arguments: Sequence[str]) -> int:
    """Run a PostgreSQL until stopped."""
    return run_services(["postgres"])


def lock(arguments: Sequence[str]) -> int:
    """Make the lock files anew; `--upgrade` takes newer versions where pyproject.toml lets it."""
    environment.ensure(development=False)
    uv = environment.uv()
    if uv is None:
        raise Missing("uv could not be installed")
    runtime, development, tools = ["pyproject.toml"], ["pyproject.toml"], []
    development += ["--group", "test", "--group", "lint", "--constraint", RUNTIME.name]
    tools += ["--group", "pyproject.toml:tools"]
    babel = ["--group", "pyproject.toml:words", "--constraint", DEVELOPMENT.name]
    npm = ["--group", "pyproject.toml:node"]
    wanted = ((runtime, RUNTIME), (development, DEVELOPMENT), (tools, TOOLS), (babel, WORDS), (npm, NODE))
    for sources, made in wanted:
        command = [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
        ]
        command += [*arguments, *sources, "--output-file", made.name]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        say(f"{made.name} made")
    node.lock()
    say("package-lock.json made")
    return 0


def draw_architecture(arguments: Sequence[str]) -> int:
    """Draw the picture of the rooms anew."""
    if arguments:
        raise Missing("'./dev architecture' takes no arguments")
    return architecture.main()


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "troskel": troskel,
    "test": run_test,
    "durations": durations,
    "check": run_check,
    "postgres": postgres,
    "services": run_services,
    "lock": lock,
    "words": run_words,
    "pictures": pictures,
    "wheel": wheel,
    "release": release,
    "architecture": draw_architecture,
    "keep": keep,
}
