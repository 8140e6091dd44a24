# SPDX-License-Identifier: EUPL-1.2
"""The web order system: orders from placing to the locksmith's report."""
