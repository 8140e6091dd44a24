# SPDX-License-Identifier: EUPL-1.2
"""The application that `troskel serve` has granian call: whole requests, for the one of WSGI."""

from __future__ import annotations

from typing import Any

from troskel.config.wsgi import application as of_wsgi


def serving(application: Any) -> Any:
    """Returns an application of WSGI as granian's RSGI calls it. Django must have been set up."""
    from django.conf import settings

    from troskel.screens.whole_requests import WholeRequests
    from troskel.web.shell.busy import turned_away

    return WholeRequests(application, settings.TROSKEL_THREADS, turned_away)


application = serving(of_wsgi)
