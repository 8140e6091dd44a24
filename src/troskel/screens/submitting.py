# SPDX-License-Identifier: EUPL-1.2
"""What a page does with a form that is one act: performed once by its key, else shown again with the reason.

`submit_once` for a button that redirects; `preview_or_perform` for a form that is previewed first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from troskel.ground.refusals import BadValue, KeyReused, NotFound, Refusal, SignInAgain

REFUSALS = (Refusal, NotFound, BadValue, KeyReused)
"""What an act raises when it has changed nothing."""


def form_key(request: HttpRequest) -> str:
    """Returns the form's idempotency key, or empty: the first value, since a field may have the same name."""
    return next(iter(request.POST.getlist("key")), "")


def preview_or_perform(
    request: HttpRequest,
    act: Callable[..., Any],
    *,
    show: Callable[[Any], HttpResponse],
    refuse: Callable[[Any], HttpResponse],
    refusals: tuple[type[Exception], ...] = REFUSALS,
) -> HttpResponse:
    """Performs the act by the form's key where its preview is confirmed, else previews it; `show`s the outcome.

    `act(preview=…, key=…)`. A confirmed form without a key is previewed again, since without one it could count twice.
    `refuse(refusal)` returns the form with the reason.
    """
    key = form_key(request) if request.POST.get("step") == "confirm" else ""
    try:
        outcome = act(preview=not key, key=key or None)
    except SignInAgain:  # the page's declaration answers it
        raise
    except refusals as refusal:
        return refuse(refusal)
    return show(outcome)


def submit_once(
    request: HttpRequest,
    perform: Callable[[str], Any],
    *,
    done: str | Callable[[Any], HttpResponse],
    show: Callable[[int, Any], HttpResponse],
    refusals: tuple[type[Exception], ...] = REFUSALS,
) -> HttpResponse:
    """Performs what was submitted, by the form's idempotency key, and redirects to `done`, or lets it show the answer.

    `show(status, refusal)` returns the page again: with 422 and None where there is no key, since without one it
    could count twice (the page has a new key); with 409 and the refusal where the act was refused.
    """
    key = form_key(request)
    if not key:
        return show(422, None)
    try:
        answer = perform(key)
    except SignInAgain:
        raise
    except refusals as refusal:
        return show(409, refusal)
    return HttpResponseRedirect(done) if isinstance(done, str) else done(answer)
