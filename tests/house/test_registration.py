# SPDX-License-Identifier: EUPL-1.2
"""Every module that declares an act or a page is registered: what is declared by the source, by the program too."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent.parent / "src"

DECLARING = {
    ("troskel.runner.register", "act"): "act",
    ("troskel.screens.pages", "page"): "page",
    ("troskel.screens.pages", "public"): "page",
}
"""The decorators that declare, by module and name: the kind of what they declare."""

REGISTERED = """
import json, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
import django
django.setup()
from troskel.acts.chapters import acts_in_order
from troskel.screens.pages import PAGES
import troskel.config.urls
import troskel.phone.urls
import troskel.web.urls
acts = [f"{act.body.__module__}.{act.name}" for act in acts_in_order()]
pages = [f"{page.view.__module__}.{page.view.__name__}" for page in PAGES]
loaded = [name for name in sys.modules if name.startswith("troskel.api.")]
print(json.dumps({"act": acts, "page": pages, "api": loaded}))
"""
"""Prints what the program has registered once it runs, in an interpreter in which no test has imported anything."""


def declared(source: Path) -> Iterator[tuple[str, str]]:
    """Yields the kind and the full name of each function below `source` that a declaring decorator stands on."""
    for path in sorted(source.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        module = ".".join(path.relative_to(source).with_suffix("").parts)
        names = {
            alias.asname or alias.name: DECLARING[node.module or "", alias.name]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if (node.module or "", alias.name) in DECLARING
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    call = decorator.func if isinstance(decorator, ast.Call) else decorator
                    name = call.id if isinstance(call, ast.Name) else getattr(call, "attr", "")
                    kind = names.get(name) if isinstance(call, ast.Name) else None
                    if isinstance(call, ast.Attribute) and name in {attribute for _, attribute in DECLARING}:
                        kind = {"act": "act"}.get(name, "page")
                    if kind:
                        yield kind, f"{module}.{node.name}"


@pytest.fixture(scope="module")
def registered() -> dict[str, set[str]]:
    done = subprocess.run([sys.executable, "-c", REGISTERED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {kind: set(names) for kind, names in json.loads(done.stdout).items()}


def unregistered(source: Path, registered: dict[str, set[str]]) -> list[str]:
    return [name for kind, name in declared(source) if name not in registered[kind]]


def test_every_declared_act_and_page_is_registered(registered: dict[str, set[str]]) -> None:
    assert unregistered(SOURCE, registered) == [], (
        "name the module in acts/chapters.py (an act), or move it into a room whose urls.py declares pages (a page)"
    )


def test_every_module_of_the_api_is_loaded(registered: dict[str, set[str]]) -> None:
    """An operation is declared when its module is imported: one that `api/urls.py` leaves out answers 404."""
    modules = {f"troskel.api.{path.stem}" for path in (SOURCE / "troskel" / "api").glob("[!_]*.py")}
    assert modules - registered["api"] == set()


def test_walk_finds_what_is_registered(registered: dict[str, set[str]]) -> None:
    """The syntax tree shows as many acts as the program has, and every page but the forms made of acts."""
    found = {kind: {name for of, name in declared(SOURCE) if of == kind} for kind in ("act", "page")}
    assert found["act"] == registered["act"]
    others = registered["page"] - found["page"]
    assert {name.rpartition(".")[0] for name in others} == {"troskel.web.forms.act_form"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "troskel/acts/greeting.py",
            'from troskel.runner.register import act\n\n@act("A1", who=())\ndef greet(ctx): ...\n',
        ),
        (
            "troskel/acts/greeting.py",
            'from troskel.runner import register\n\n@register.act("A1", who=())\ndef greet(ctx): ...\n',
        ),
        (
            "troskel/elsewhere/hello.py",
            'from troskel.screens.pages import page as p\n\n@p("hi", name="hi", who=())\ndef hi(r, p): ...\n',
        ),
        (
            "troskel/elsewhere/hello.py",
            'from troskel.screens.pages import public\n\n@public("hi", name="hi")\ndef hi(request): ...\n',
        ),
    ],
)
def test_forgotten_module_is_found(
    tmp_path: Path, registered: dict[str, set[str]], path: str, text: str
) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)
    assert len(unregistered(tmp_path, registered)) == 1
