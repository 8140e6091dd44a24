# SPDX-License-Identifier: EUPL-1.2
"""Invoice rows and basis forms."""
