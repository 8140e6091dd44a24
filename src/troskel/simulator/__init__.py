# SPDX-License-Identifier: EUPL-1.2
"""A synthetic municipality, made by acts, with a clock that can be moved."""
