# SPDX-License-Identifier: EUPL-1.2
"""Drivers of locks that are reached from here, what is kept of them, and the suite that each driver passes."""
