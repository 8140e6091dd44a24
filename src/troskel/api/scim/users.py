# SPDX-License-Identifier: EUPL-1.2
"""Users of SCIM as values of acts, and accounts as users (RFC 7643, section 4; RFC 7644, sections 3.3 to 3.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from troskel.api.scim.errors import ScimError
from troskel.api.scim.schemas import ENTERPRISE, PATCH, USER
from troskel.ground.ids import created
from troskel.reading.directory import DirectoryAccount

Values = dict[str, Any]

_TOLD = {
    "username": "username",
    "displayname": "display",
    "name": "name",
    "name.formatted": "formatted",
    "name.givenname": "given",
    "name.familyname": "family",
    "active": "active",
    "externalid": "external_id",
    "roles": "roles",
    f"{ENTERPRISE.lower()}:organization": "organisation",
    ENTERPRISE.lower(): "enterprise",
}
"""The attributes that are kept, by their path; any other of the schema is taken in and not kept."""
_ROLES_FILTER = re.compile(r"^roles\[.*\](\.value)?$", re.IGNORECASE)
_REQUIRED = frozenset(
    {"username", "display", "name", "formatted", "active", "roles", "organisation", "enterprise"}
)
_OPERATIONS = frozenset({"add", "replace", "remove"})


def as_user(account: DirectoryAccount, base: str) -> Values:
    """Returns an account as a user; `base`: the address of `/scim/v2`."""
    external = {"externalId": account.external_id} if account.external_id else {}
    return {
        "schemas": [USER, ENTERPRISE],
        "id": str(account.id),
        **external,
        "userName": account.username,
        "name": {"formatted": account.name},
        "displayName": account.name,
        "active": account.active,
        "roles": [{"value": account.role, "primary": True}],
        ENTERPRISE: {"organization": account.organisation},
        "meta": {
            "resourceType": "User",
            "created": created(account.id).isoformat().replace("+00:00", "Z"),
            "location": f"{base}/Users/{account.id}",
        },
    }


def whole(body: Mapping[str, Any]) -> Values:
    """Returns what a whole user says (POST, PUT), as values of acts. Raises ScimError where it is no user."""
    _is_of(body, USER)
    told: Values = {}
    for name, value in body.items():
        _take(told, name, value)
    return _values(told)


def changed(body: Mapping[str, Any]) -> Values:
    """Returns what a PATCH changes, as values of acts. Raises ScimError for an operation that there is not."""
    _is_of(body, PATCH)
    operations = _of(body, "operations")
    if not isinstance(operations, list) or not operations:
        raise ScimError(400, "Operations is a list with one operation at least", "invalidSyntax")
    told: Values = {}
    for operation in operations:
        if not isinstance(operation, dict):
            raise ScimError(400, "an operation is an object", "invalidSyntax")
        _operate(told, operation)
    return _values(told)


def _operate(told: Values, operation: Mapping[str, Any]) -> None:
    op, path, value = (_of(operation, name) for name in ("op", "path", "value"))
    if not isinstance(op, str) or op.lower() not in _OPERATIONS:
        raise ScimError(400, "op is add, replace or remove", "invalidSyntax")
    if path is not None and not isinstance(path, str):
        raise ScimError(400, "path is a text", "invalidPath")
    if op.lower() == "remove":
        _remove(told, path)
    elif path is not None:
        _put(told, path, value)
    elif isinstance(value, dict):
        for name, part in value.items():
            _put(told, name, part)
    else:
        raise ScimError(400, "without a path, the value is an object of attributes", "invalidValue")


def _put(told: Values, path: str, value: Any) -> None:
    if _ROLES_FILTER.match(path):
        path, value = "roles", [{"value": value}] if isinstance(value, str) else value
    if _key(path) not in _TOLD and not _is_known(path):
        raise ScimError(400, f"there is no attribute {path[:100]!r}", "invalidPath")
    _take(told, path, value)


def _remove(told: Values, path: str | None) -> None:
    if not path:
        raise ScimError(400, "a remove names what it removes", "noTarget")
    field = "roles" if _ROLES_FILTER.match(path) else _TOLD.get(_key(path))
    if field in _REQUIRED:
        raise ScimError(400, f"{path[:100]} can't be removed: an account has one", "mutability")
    if field == "external_id":
        told["external_id"] = ""
    elif field is None and not _is_known(path):
        raise ScimError(400, f"there is no attribute {path[:100]!r}", "invalidPath")


def _take(told: Values, name: str, value: Any) -> None:
    """Takes an attribute in. An unassigned one (null, or an empty list) says nothing, but for the external id."""
    field = _TOLD.get(_key(name))
    if field == "external_id" and value is None:
        told["external_id"] = ""
    if field is None or value is None or value == []:
        return
    if field == "active":
        told["active"] = _truth(value)
    elif field == "roles":
        told["role"] = _role(value)
    elif field in ("name", "enterprise"):
        if not isinstance(value, dict):
            raise ScimError(400, f"{name} is an object", "invalidValue")
        for part, part_value in value.items():
            _take(told, f"{ENTERPRISE}:{part}" if field == "enterprise" else f"name.{part}", part_value)
    elif not isinstance(value, str):
        raise ScimError(400, f"{name} is a text", "invalidValue")
    else:
        told[field] = value


def _values(told: Values) -> Values:
    """Returns values of acts: one name of all those that tell it, the username in small letters."""
    parts = " ".join(filter(None, [told.pop("given", ""), told.pop("family", "")]))
    name = next(filter(None, [told.pop("display", ""), told.pop("formatted", ""), parts]), "")
    if name:
        told["name"] = name
    if "username" in told:
        told["username"] = told["username"].lower()
    return told


def _role(value: Any) -> str:
    """Returns the one role; the primary one of several."""
    listed = value if isinstance(value, list) else [value]
    roles = [{"value": one} if isinstance(one, str) else one for one in listed]
    if not all(isinstance(one, dict) and isinstance(one.get("value"), str) for one in roles):
        raise ScimError(400, "roles is a list of objects with a value", "invalidValue")
    primary = [one for one in roles if one.get("primary") is True] or roles
    if len({one["value"] for one in primary}) != 1:
        raise ScimError(400, "an account has one role: send one, or say which is primary", "invalidValue")
    return str(primary[0]["value"])


def _truth(value: Any) -> bool:
    """Returns a boolean; some directories send it as a text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ScimError(400, "active is true or false", "invalidValue")


def _key(name: str) -> str:
    """Names of attributes are the same in any case, and with the schema before them."""
    return name.lower().removeprefix(f"{USER.lower()}:")


def _is_known(path: str) -> bool:
    """Is it another attribute of the core or the enterprise schema? It is taken in, and not kept."""
    first = re.split(r"[.\[]", _key(path).removeprefix(f"{ENTERPRISE.lower()}:"))[0]
    return first in _NOT_KEPT


_NOT_KEPT = frozenset(
    {
        *("nickname", "profileurl", "title", "usertype", "preferredlanguage", "locale", "timezone", "emails"),
        *("phonenumbers", "ims", "photos", "addresses", "groups", "entitlements", "x509certificates", "name"),
        *("employeenumber", "costcenter", "division", "department", "manager"),
    }
)


def _of(body: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in body.items() if key.lower() == name), None)


def _is_of(body: Mapping[str, Any], schema: str) -> None:
    schemas = _of(body, "schemas")
    if not isinstance(schemas, list) or schema not in schemas:
        raise ScimError(400, f"schemas names {schema}", "invalidSyntax")
