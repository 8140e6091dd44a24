# SPDX-License-Identifier: EUPL-1.2
"""What `./dev` stands on: the standard library only; nothing here is shipped."""
