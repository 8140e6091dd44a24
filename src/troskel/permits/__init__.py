# SPDX-License-Identifier: EUPL-1.2
"""Permissions: who may do what; and Sight: who may see which client, why, from when to when."""
