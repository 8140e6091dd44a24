# SPDX-License-Identifier: EUPL-1.2
"""The addresses under `/scim/v2/`."""

from __future__ import annotations

from django.urls import path, re_path

from troskel.api.scim import views
from troskel.api.scim.views import endpoint

ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")

urlpatterns = [
    path("Users", endpoint(GET=views.list_users, POST=views.create_user)),
    path(
        "Users/<uuid:account>",
        endpoint(
            GET=views.get_user, PUT=views.replace_user, PATCH=views.patch_user, DELETE=views.delete_user
        ),
    ),
    path("ServiceProviderConfig", endpoint(GET=views.show_config)),
    path("ResourceTypes", endpoint(GET=views.list_resource_types)),
    path("ResourceTypes/<str:name>", endpoint(GET=views.list_resource_types)),
    path("Schemas", endpoint(GET=views.list_schemas)),
    path("Schemas/<str:name>", endpoint(GET=views.list_schemas)),
    path("Me", endpoint(**dict.fromkeys(ALL, views.not_made))),
    re_path(r"^(?P<path>.*)$", endpoint(**dict.fromkeys(ALL, views.not_there))),
]
