# SPDX-License-Identifier: EUPL-1.2
"""What keeps it: heads of the journal signed and kept elsewhere, the whole of it checked, backups and bringing back."""
