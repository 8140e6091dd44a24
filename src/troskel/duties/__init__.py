# SPDX-License-Identifier: EUPL-1.2
"""What the routine asks of whom and by when: runs the engine over each journal line."""
