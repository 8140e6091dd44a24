# SPDX-License-Identifier: EUPL-1.2
"""The HTTP API: one POST an act, GET on plural nouns. It parses, calls one act or one query, and shows the answer."""
