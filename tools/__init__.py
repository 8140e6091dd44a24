# SPDX-License-Identifier: EUPL-1.2
"""What a checkout is worked with: `./dev` stands on it. The standard library only; nothing here is shipped."""
