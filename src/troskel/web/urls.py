# SPDX-License-Identifier: EUPL-1.2
"""The pages' URLs."""

from django.urls import path

from troskel.web import views

urlpatterns = [
    path("", views.start, name="start"),
    path("demo/login", views.log_in, name="demo-login"),
    path("demo/logout", views.log_out, name="demo-logout"),
]
