# SPDX-License-Identifier: EUPL-1.2
"""The append-only, hash-chained record of what was done and read. The format is in docs/journal.md."""
