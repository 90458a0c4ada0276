"""What an address asks for behind its `?`, as a typed struct, and what of it may be shown.

Errors name the address, and what is known.
"""

import re
from collections.abc import Mapping
from typing import Literal, TypeVar, get_args, get_origin
from urllib.parse import SplitResult, parse_qsl

import msgspec
from msgspec import Struct

Fields = TypeVar("Fields", bound=Struct)

SECRET = re.compile(  # one that was not escaped may have a slash in it, and is just what a camera refuses
    r"(?<=://)([^:/@]*:).*(?=@)|([?&][^=&]*(?:pass|pwd|token|key|auth|secret)[^=&]*=)[^&]*", re.IGNORECASE
)


def without_secret(address: str) -> str:
    """As it may be shown: whoever reads an error of a camera is not to learn its password."""
    return SECRET.sub(lambda found: (found[1] or found[2]) + "***", address)


def asked_of(parts: SplitResult) -> dict[str, str]:
    """The `key=value` pairs of an address; raise ValueError where it has others."""
    try:
        return dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise ValueError(f"{parts.geturl()}: {error}") from error


def convert(fields: Mapping[str, object], kind: type[Fields], whence: str) -> Fields:
    """Raise ValueError, which says what is wrong with the address `whence`."""
    _check_known(fields, kind, whence)
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{whence}: {error}") from error


def _check_known(fields: Mapping[str, object], kind: type[Struct], whence: str) -> None:
    """Raise ValueError, which names what is known, for an unknown field or value."""
    known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in fields.items():
        if name not in known:
            others = ", ".join(f"{each}=" for each in known if each not in fields)
            raise ValueError(f"{whence}: there is no {name}=; known: {others}")
        if get_origin(known[name]) is Literal and value not in get_args(known[name]):
            raise ValueError(f"{whence}: there is no {name} {value!r}; known: {', '.join(get_args(known[name]))}")
