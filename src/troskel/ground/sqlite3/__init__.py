# SPDX-License-Identifier: EUPL-1.2
"""Django's SQLite backend, with fair waiting for the one writer: an ENGINE of Django's settings."""
