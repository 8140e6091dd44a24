# SPDX-License-Identifier: EUPL-1.2
"""SCIM 2.0 (RFC 7643, 7644): the way in which a municipality's or a provider's directory of staff makes accounts."""
