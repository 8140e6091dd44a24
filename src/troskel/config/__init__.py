# SPDX-License-Identifier: EUPL-1.2
"""Settings, addresses and the wiring of ports to what carries them out."""
