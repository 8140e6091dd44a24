# SPDX-License-Identifier: EUPL-1.2
"""Work that is done after a commit, at least once."""
