# SPDX-License-Identifier: EUPL-1.2
"""What SCIM tells of itself: configuration, resource types and schemas (RFC 7643, sections 5 to 7)."""

from __future__ import annotations

from typing import Any

from troskel.runner.choices import AccountRole

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
LIST, PATCH, ERROR = f"{MESSAGES}ListResponse", f"{MESSAGES}PatchOp", f"{MESSAGES}Error"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
MOST = 200
"""The most resources of one answer."""


def _attribute(name: str, description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    text = {"caseExact": False, "uniqueness": "none"} if kind == "string" else {}
    plain = {"multiValued": False, "required": False, "mutability": "readWrite", "returned": "default"}
    return {"name": name, "type": kind, "description": description, **plain, **text, **more}


def provider_config(base: str) -> dict[str, Any]:
    """Returns what is supported. `base`: the address of `/scim/v2`."""
    no = {"supported": False}
    return {
        "schemas": [CONFIG],
        "documentationUri": "https://www.rfc-editor.org/rfc/rfc7644",
        "patch": {"supported": True},
        "bulk": {**no, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of another system's account, with the scope 'staff'",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_types(base: str) -> list[dict[str, Any]]:
    """Returns the one kind of resource."""
    return [
        {
            "schemas": [RESOURCE_TYPE],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "description": "An account: a person with one role in one organisation",
            "schema": USER,
            "schemaExtensions": [{"schema": ENTERPRISE, "required": False}],
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/User"},
        }
    ]


def schemas(base: str) -> list[dict[str, Any]]:
    """Returns the attributes that a user has here, of the core schema and of the enterprise extension."""
    user = [
        _attribute("userName", "Unique in the municipality, and never changed", required=True,
                   mutability="immutable", uniqueness="server"),
        _attribute("name", "The name in full", "complex", subAttributes=[
            _attribute("formatted", "Given name and family name"),
            _attribute("givenName", "Taken in, kept in 'formatted'", mutability="writeOnly", returned="never"),
            _attribute("familyName", "Taken in, kept in 'formatted'", mutability="writeOnly", returned="never"),
        ]),
        _attribute("displayName", "The same as name.formatted, and stronger", required=True),
        _attribute("active", "False: the person has left, and the account is closed", "boolean"),
        _attribute("roles", "One role", "complex", multiValued=True, subAttributes=[
            _attribute("value", "The role", canonicalValues=sorted(AccountRole.codes() - {"administrator"})),
        ]),
    ]  # fmt: skip
    enterprise = [
        _attribute("organization", "The organisation's number; without it, the directory's own",
                   mutability="immutable"),
    ]  # fmt: skip
    found = (
        (USER, "User", "An account", user),
        (ENTERPRISE, "EnterpriseUser", "Where it belongs", enterprise),
    )
    return [
        {
            "schemas": [SCHEMA],
            "id": urn,
            "name": name,
            "description": description,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
        }
        for urn, name, description, attributes in found
    ]
