# SPDX-License-Identifier: EUPL-1.2
"""The HTTP API: one POST per act, GET on plural nouns. It parses, calls one act or query, and returns the answer."""
