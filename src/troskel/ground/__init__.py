# SPDX-License-Identifier: EUPL-1.2
"""Clock, ids, refusals and database helpers. This room contains no domain vocabulary."""
