# SPDX-License-Identifier: EUPL-1.2
"""The pages' URLs: those that are declared, and no other."""

from django.urls import path

from troskel.web import acting, home, lists, lists_of_accounts, lists_of_things, search
from troskel.web.declaring import PAGES

__all__ = ["acting", "home", "lists", "lists_of_accounts", "lists_of_things", "search", "urlpatterns"]

urlpatterns = [path(page.path, page.view, name=page.name) for page in PAGES]
