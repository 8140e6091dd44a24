# SPDX-License-Identifier: EUPL-1.2
"""What is lived in the town of `seed_stories`: a process that runs these needs no other town."""
