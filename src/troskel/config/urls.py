# SPDX-License-Identifier: EUPL-1.2
"""The URL prefixes of the rooms."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from troskel.api.urls import urls as api

urlpatterns: list[URLPattern | URLResolver] = [
    api,
    path("scim/v2/", include("troskel.api.scim.urls")),
    path("", include("troskel.web.urls")),
    path("phone/", include("troskel.phone.urls")),
]

handler403 = "troskel.web.shell.errors.forbidden"
handler404 = "troskel.web.shell.errors.not_found"
handler500 = "troskel.web.shell.errors.server_error"
