# SPDX-License-Identifier: EUPL-1.2
"""Clock, ids, refusals and database helpers. No domain word lives here."""
