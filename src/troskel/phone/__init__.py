# SPDX-License-Identifier: EUPL-1.2
"""What a carer has in hand: today's clients, and how to get in."""
