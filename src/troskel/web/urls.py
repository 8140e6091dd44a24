# SPDX-License-Identifier: EUPL-1.2
"""The pages' URLs: those that are declared, and no other."""

from django.urls import path

from troskel.web import acting, clients, home
from troskel.web.declaring import PAGES

__all__ = ["acting", "clients", "home", "urlpatterns"]

urlpatterns = [path(page.path, page.view, name=page.name) for page in PAGES]
