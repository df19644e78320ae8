"""Papers of the ACL Anthology, which have one id in their address and in their DOI."""

from __future__ import annotations

import re

ID = r"(?:[A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_]{1,40}-[a-z0-9_]{1,40}\.\d{1,4})"
PLACE = (
    r"(?:https?://)?(?<![\w@-])(?:www\.)?(?:aclanthology\.(?:org|info)|aclweb\.org/anthology)/"
    r"(?:papers/)?(?:[A-Z]/[A-Z]\d\d/)?"
)
ADDRESS = rf"{PLACE}({ID})(?:v\d)?(?:\.pdf|\.bib)?"
_WHOLE = re.compile(rf"{ADDRESS}/?(?![\w-])", re.I)


def anthology_doi(address: str) -> str | None:
    """Return the DOI of the paper at an address of the Anthology, None for any other address.

    >>> anthology_doi("https://aclanthology.org/P19-1001.pdf"), anthology_doi("https://acl.org")
    ('10.18653/v1/p19-1001', None)
    """
    match = _WHOLE.match(address)
    return f"10.18653/v1/{match[1]}".casefold() if match else None
