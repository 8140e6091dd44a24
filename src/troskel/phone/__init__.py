# SPDX-License-Identifier: EUPL-1.2
"""Pages for a phone: today's clients, and how to get in."""
