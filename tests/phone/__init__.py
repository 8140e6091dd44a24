# SPDX-License-Identifier: EUPL-1.2
"""The phone, as a browser gets it."""
