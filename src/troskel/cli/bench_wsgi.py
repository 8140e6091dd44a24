# SPDX-License-Identifier: EUPL-1.2
"""The application that is measured: Tröskel's, and a bare view that inserts one row."""

from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from troskel.screens.whole_requests import WholeRequests


def _with_bare_view() -> Any:
    made = get_wsgi_application()  # it sets Django up, which what follows needs
    from troskel.cli.bench import add_bare_view

    add_bare_view()
    return made


application = WholeRequests(_with_bare_view(), settings.TROSKEL_THREADS, lambda _path, _status: ([], b""))
