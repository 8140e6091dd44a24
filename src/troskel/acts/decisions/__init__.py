# SPDX-License-Identifier: EUPL-1.2
"""What the chapter `deciding.py` needs: types of its values, rows by reference, and suggestions beside a duty."""
