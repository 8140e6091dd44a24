# SPDX-License-Identifier: EUPL-1.2
"""The web pages. Each calls one act or one reading, and shows the answer."""
