# SPDX-License-Identifier: EUPL-1.2
"""What people do: one function an act, a module per chapter of the routine. Acts never call acts."""
