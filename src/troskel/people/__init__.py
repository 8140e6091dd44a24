# SPDX-License-Identifier: EUPL-1.2
"""Municipalities, organisations, accounts and roles; clients, identity numbers, homes and doors."""
