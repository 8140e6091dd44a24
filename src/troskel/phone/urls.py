# SPDX-License-Identifier: EUPL-1.2
"""The URLs of the declared pages of the phone."""

from troskel.screens.pages import urls_of

urlpatterns = urls_of("troskel.phone")
