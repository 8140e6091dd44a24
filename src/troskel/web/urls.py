# SPDX-License-Identifier: EUPL-1.2
"""The pages' URLs: those that are declared, and no other."""

from django.urls import path

from troskel.web import (
    acting,
    alarms,
    billing,
    bookings,
    clients,
    emails,
    home,
    imports,
    late,
    notices,
    routine,
    routine_approving,
    routine_paragraph,
)
from troskel.web.declaring import PAGES

__all__ = [
    "acting",
    "alarms",
    "billing",
    "bookings",
    "clients",
    "emails",
    "home",
    "imports",
    "late",
    "notices",
    "routine",
    "routine_approving",
    "routine_paragraph",
    "urlpatterns",
]

urlpatterns = [path(page.path, page.view, name=page.name) for page in PAGES]
