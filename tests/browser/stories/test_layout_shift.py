# SPDX-License-Identifier: EUPL-1.2
"""Nothing moves while a page loads: the sum of its layout shifts is 0, on a phone and on a large screen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens, Person
from tests.town import PEOPLE

LISTENS = """
window.shifted = [];
new PerformanceObserver(seen => {
  for (const one of seen.getEntries())
    if (one.value > 0) window.shifted.push([one.value, ...one.sources.map(it => it.node?.outerHTML?.slice(0, 120))]);
}).observe({type: "layout-shift", buffered: true});
"""
SETTLED = """async () => {
  await document.fonts.ready;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return window.shifted;
}"""
ROLE = {role: name for name, role, _ in reversed(PEOPLE)}


@pytest.mark.parametrize("width", [390, 1280])
def test_no_layout_shift(comes: Opens, width: int) -> None:
    """A first visit, with nothing kept in the browser; then each role's pages."""
    person = comes(width=width)
    person.page.add_init_script(LISTENS)
    found = shifts(person, "/")
    for role, name in ROLE.items():
        person.becomes(name)
        found += [f"{role}: {shift}" for path in paths(role) for shift in shifts(person, path)]
        person.page.get_by_role("button", name="Byt person").click()
        person.page.get_by_role("heading", name="Vem är du i dag?").wait_for()
    assert found == []


def paths(role: str) -> list[str]:
    """The main pages of a role."""
    more = {"carer": ["/phone/"], "responder": ["/phone/"], "coordinator": ["/do/order_installation"]}
    return ["/", "/do/", *more.get(role, [])]


def shifts(person: Person, path: str) -> list[str]:
    """What moved while the page was loaded."""
    page = person.goes(path)
    return [f"{path} {one}" for one in page.evaluate(SETTLED)]


def test_layout_shift_would_be_found(comes: Opens) -> None:
    person = comes()
    person.page.add_init_script(LISTENS)
    person.goes("/")
    person.page.evaluate(
        """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
          document.querySelector("h1").before(document.querySelector("h1").cloneNode(true));
          requestAnimationFrame(done);
        })))"""
    )
    assert person.page.evaluate(SETTLED)
