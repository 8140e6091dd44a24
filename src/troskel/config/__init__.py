# SPDX-License-Identifier: EUPL-1.2
"""Settings, URLs, and the choice of implementation for each port."""
