# SPDX-License-Identifier: EUPL-1.2
"""A night's extract from the case system: read it, plan what it calls for, and carry that out as acts."""
