# SPDX-License-Identifier: EUPL-1.2
"""The pages that a person works from. Each calls one act or one query, and shows the answer."""
