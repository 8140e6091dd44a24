# SPDX-License-Identifier: EUPL-1.2
"""The web order system: installations and removals, from order to the locksmith's report."""
