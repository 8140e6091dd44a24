# SPDX-License-Identifier: EUPL-1.2
"""The phone's URLs: those that are declared, and no other."""

from django.urls import path

from troskel.phone import views
from troskel.phone.declaring import PAGES

__all__ = ["urlpatterns", "views"]

urlpatterns = [path(page.path, page.view, name=page.name) for page in PAGES]
