# SPDX-License-Identifier: EUPL-1.2
"""The acts as a Django application: all of them are registered when the program starts."""

from importlib import import_module

from django.apps import AppConfig


class ActsConfig(AppConfig):
    """Registers every act."""

    name = "troskel.acts"

    def ready(self) -> None:
        """Import the chapters."""
        import_module("troskel.acts.chapters")
