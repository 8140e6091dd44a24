# SPDX-License-Identifier: EUPL-1.2
"""The phone's URLs."""

from django.urls import path

from troskel.phone import views

urlpatterns = [path("", views.today, name="phone")]
