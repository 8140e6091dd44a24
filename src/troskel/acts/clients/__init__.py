# SPDX-License-Identifier: EUPL-1.2
"""Chapters about who a client is, beside `registering.py`."""
