# SPDX-License-Identifier: EUPL-1.2
"""The door protocol: pure, without Django. `docs/door-protocol.md` has every message byte by byte."""
