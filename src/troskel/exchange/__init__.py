# SPDX-License-Identifier: EUPL-1.2
"""Other systems: case extracts, and what else comes in or goes out as files or messages."""
