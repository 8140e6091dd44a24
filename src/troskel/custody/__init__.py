# SPDX-License-Identifier: EUPL-1.2
"""The things (locks, tags, keys), who holds them, their handovers, and links."""
