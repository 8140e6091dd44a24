# SPDX-License-Identifier: EUPL-1.2
"""What people do: one function per act, one module per chapter of the routine. Acts never call acts."""
