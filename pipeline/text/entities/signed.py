"""Who signs an entry: the names inside a signature as mentions, people and bodies told apart.

Here: the place of each name in the signature as printed. Not here: finding the signature and reading it
(`segment.signatures`), which entries it covers (`name_parts`).
"""

from __future__ import annotations

import re

from pipeline.text.entities.mention import Mention
from pipeline.text.segment.signatures import known_surnames, parse_names

_BLANKS = frozenset(" \u3000\u00a0\u2002\u2003\u2009\t\r\n")
_BODY = re.compile(
    r"(?:局|委|办|会|院|所|部|司|中心|组|公司|集团|校|行|社|厅|站|团|队|厂|馆|府|台|室|处|署)$"
)


def signed_by(view: str, signatures: list[tuple[int, int]]) -> dict[int, list[tuple[Mention, str]]]:
    """Who signs, by the number of the signature: mentions with their role, `contributor` or `photographer`.

    `（市水务局　林大海）` names a body and a person.
    """
    found: dict[int, list[tuple[Mention, str]]] = {}
    surnames = known_surnames()
    for n, (start, end) in enumerate(signatures):
        printed = view[start:end]
        parsed = parse_names(printed.strip("（）() \n"), surnames)
        if not parsed:
            continue
        kept = [at for at, character in enumerate(printed, start) if character not in _BLANKS]
        closed = "".join(view[at] for at in kept)
        group: list[tuple[Mention, str]] = []
        for names, role in ((parsed[0], "contributor"), (parsed[1], "photographer")):
            for name in names:
                at = closed.find(name)
                if at < 0:
                    continue
                body = (len(name) >= 4 or (len(name) == 3 and name[0] in "市县省区")) and _BODY.search(name)
                kind = "organisation" if body else "person"
                last = kept[at + len(name) - 1] + 1
                mention = Mention(kind, kept[at], last, f"{kind}/signature", name=None if body else name)
                group.append((mention, role))
        found[n] = group
    return found
