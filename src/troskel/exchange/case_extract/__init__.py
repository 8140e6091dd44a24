# SPDX-License-Identifier: EUPL-1.2
"""A night's extract from the case system: reads it, plans the changes, and carries them out as acts."""
