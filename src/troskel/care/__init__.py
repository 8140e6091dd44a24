# SPDX-License-Identifier: EUPL-1.2
"""Investigations, decisions, allocations; coverage and gaps."""
