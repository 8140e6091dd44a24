# SPDX-License-Identifier: EUPL-1.2
"""The command line: each command calls one act or one query, and prints the answer."""
