# SPDX-License-Identifier: EUPL-1.2
"""A simulated municipality, created by acts, with a simulated clock."""
