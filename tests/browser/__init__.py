# SPDX-License-Identifier: EUPL-1.2
"""The pages in a real browser: the system's Chromium, against the real server with a small town in it."""
