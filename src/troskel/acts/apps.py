# SPDX-License-Identifier: EUPL-1.2
"""The Django application that registers every act at start-up."""

from importlib import import_module

from django.apps import AppConfig


class ActsConfig(AppConfig):
    """Registers every act."""

    name = "troskel.acts"

    def ready(self) -> None:
        """Import the chapters, which registers their acts."""
        import_module("troskel.acts.chapters")
