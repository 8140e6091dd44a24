# SPDX-License-Identifier: EUPL-1.2
"""Tröskel: a municipality's routine for digital lock turners, carried out."""
