# SPDX-License-Identifier: EUPL-1.2
"""The URLs of the phone: those that are declared, and no other."""

from troskel.screens.pages import urls_of

urlpatterns = urls_of("troskel.phone")
