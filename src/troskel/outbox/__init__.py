# SPDX-License-Identifier: EUPL-1.2
"""Work to do after a commit, at least once."""
