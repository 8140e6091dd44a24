# SPDX-License-Identifier: EUPL-1.2
"""The phone's pages as an app: its manifest, its service worker, the page without coverage, and what it sends.

On the phone lies nothing about a client, but what is unsent, sealed to the server, and today's list, where somebody
has asked for it, locked by a passkey.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.acts.syncing import sync_and_take
from troskel.ground import sealing
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people.queries import Person
from troskel.runner.choices import VisitReason
from troskel.screens.modules import CBORG
from troskel.screens.pages import page, public
from troskel.screens.render import render_page

FILES = (
    *(
        "vendor/source-sans-3.woff2",
        "vendor/designsystemet-theme.css",
        "vendor/designsystemet.css",
        "vendor/idb.js",
    ),
    *(
        "troskel/tokens.css",
        "troskel/troskel.css",
        "troskel/phone.css",
        "troskel/mark.svg",
        "troskel/troskel.js",
    ),
    *("troskel/phone_seal.js", "troskel/phone_queue.js", "troskel/phone_doors.js", "troskel/phone_day.js"),
    *("troskel/phone.js", "troskel/door.js", *(f"vendor/cborg/{name}" for name in CBORG)),
)
"""What the page without coverage needs."""
SYNC = REGISTER["sync_phone"]
ONCE = REGISTER["take_single_use_grant"]
ANSWERS = REGISTER["tell_lock_answers"]


class App(NamedTuple):
    """What a page gives the app: whose it is, the key to seal to, the page's client, and the visit under way."""

    account: UUID | None
    key: str
    client: str
    visit: UUID | str | None = None


def app_of(person: Person, client: str = "", *, visit: UUID | str | None = None) -> App | None:
    """Returns what the app of a carer gets; None for others, who note no visits.

    `visit`: the one under way, empty where there is none; None where the page does not say.
    """
    if person.actor.role not in SYNC.who:
        return None
    return App(person.actor.account, sealing.public_key(), client, visit)


@public(
    "manifest.webmanifest",
    name="phone-manifest",
)
def manifest(request: HttpRequest) -> HttpResponse:
    """What an installed app is called, and where it begins."""
    start = reverse("phone")
    icon = {"src": static("troskel/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    told = {
        "id": start,
        "name": "Tröskel",
        "short_name": "Tröskel",
        "description": _("Dagens kunder, dörren och besöket"),
        "lang": "sv",
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "icons": [icon],
    }
    return HttpResponse(msgspec.json.encode(told), content_type="application/manifest+json")


@public(
    "worker.js",
    name="phone-worker",
)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the files of this version."""
    files = {name: static(name) for name in FILES}
    values = {
        "version": _version(),
        "files": list(files.values()),
        "scripts": [
            files[f"{name}.js"] for name in ("vendor/idb", "troskel/phone_seal", "troskel/phone_queue")
        ],
        "scope": reverse("phone"),
        "offline": reverse("phone-offline"),
    }
    response = render_page(request, "phone/worker.js", values)
    response["Content-Type"] = "text/javascript; charset=utf-8"
    return response


@public(
    "offline/",
    name="phone-offline",
    about=gettext_noop("Utan täckning: anteckna besöket här, så skickas det när täckningen är tillbaka."),
    serves=("rule 6",),
)
def offline(request: HttpRequest) -> HttpResponse:
    """The page without coverage. It is nobody's, and so may lie on the phone."""
    return render_page(request, "phone/offline.html", {"app": None, "by_hand_reasons": VisitReason})


@page("sync", name="phone-sync", who=SYNC.who, methods=["POST"])
def sync(request: HttpRequest, person: Person) -> HttpResponse:
    """What the app sends: a batch of events, and its key where it wants grants. The answer tells how each went."""
    return _answered(request, lambda values: sync_and_take(person.actor, values))


@page("grants/once", name="phone-once", who=ONCE.who, methods=["POST"])
def single_use(request: HttpRequest, person: Person) -> HttpResponse:
    """What the app asks for at a door whose lock has lost its clock: a grant for the lock's challenge alone."""
    return _answered(request, lambda values: ONCE.perform(person.actor, values).answer)


@page("answers", name="phone-answers", who=ANSWERS.who, methods=["POST"])
def answers(request: HttpRequest, person: Person) -> HttpResponse:
    """What locks have answered without the server. The answer tells how each went."""
    return _answered(request, lambda values: ANSWERS.perform(person.actor, values).answer)


def _answered(request: HttpRequest, does: Callable[[dict[str, Any]], object]) -> HttpResponse:
    """Does it with the values sent, and gives the answer."""
    try:
        values = msgspec.json.decode(request.body, type=dict)
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    try:
        return _json(does(values))
    except BadValue as error:
        return _json({"code": error.code, "field": error.field}, status=422)
    except (Refusal, NotFound) as error:
        return _json({"code": error.code}, status=409)


def _json(value: object, *, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), content_type="application/json", status=status)


def _version() -> str:
    try:
        return version("troskel")
    except PackageNotFoundError:
        return "0"
