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
    lists,
    lists_of_accounts,
    lists_of_things,
    notices,
    routine,
    routine_approving,
    routine_paragraph,
    search,
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
    "lists",
    "lists_of_accounts",
    "lists_of_things",
    "notices",
    "routine",
    "routine_approving",
    "routine_paragraph",
    "search",
    "urlpatterns",
]

urlpatterns = [path(page.path, page.view, name=page.name) for page in PAGES]
