# SPDX-License-Identifier: EUPL-1.2
"""Rows and basis forms."""
