# SPDX-License-Identifier: EUPL-1.2
"""Visits and their evidence: by tag, by lock, or by hand with a reason."""
