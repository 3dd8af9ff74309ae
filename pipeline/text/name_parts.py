"""Who took which part: parts in events, posts of people, who signs which entry.

Here: what the readers found about parts, gathered by entry as rows of `roles`. Not here: finding them (`entities`,
`events`), the columns of the table (`name_rows`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import Person
from pipeline.text.events.names import Part
from pipeline.text.events.telling import EntrySpan
from pipeline.text.name_rows import Role, Sheet


class Parts:
    """The parts taken on one page, by the number of their entry."""

    def __init__(self, sheet: Sheet, found: Found, names: Sequence[str]) -> None:
        """`names` are those of the rows of entities."""
        self._sheet, self._found, self._names = sheet, found, names
        self.by_entry: dict[int, list[Role]] = defaultdict(list)

    def _now(self, mention: Mention) -> Mention:
        """The mention as it stands at the end: another rule may have taken its place since."""
        return mention if mention.row >= 0 else self._found.at(mention.start, mention.end) or mention

    def _named(self, mention: Mention | None) -> tuple[int, str | None]:
        """Row and name of a mention; (-1, null) of none."""
        if mention is None:
            return -1, None
        mention = self._now(mention)
        if mention.row >= 0:
            return mention.row, self._names[mention.row]
        return -1, mention.name or self._sheet.view[mention.start : mention.end]

    def add_told(self, told: Sequence[tuple[EntrySpan, Part]], events: Mapping[int, int]) -> None:
        """Add the parts in events; `events` is the row of each event by its identity."""
        for entry, part in told:
            row, name = self._named(part.who)
            body_row, body = self._named(part.organisation)
            event = events.get(id(part.event), -1) if part.event is not None else -1
            self.by_entry[entry.row].append(
                Role(
                    event, row, name or "", part.role, part.title, body, body_row, part.order, part.open_list,
                    f"role/{part.role}",
                )
            )  # fmt: skip

    def add_posts(self, people: Sequence[Person], titles: Mapping[str, str]) -> None:
        """Add what each person is where; a calling without a body says nothing of a post."""
        holders = [person for person in people if person.posts and person.mention.row >= 0]
        entries = self._sheet.entry_of(np.array([one.mention.start for one in holders], np.int64)).tolist()
        for person, n in zip(holders, entries, strict=True):
            row, name = self._named(person.mention)
            for order, (title, where) in enumerate(person.posts, start=1):
                if n < 0 or (where is None and titles.get(title) == "occupation"):
                    continue
                body_row, body = self._named(where)
                self.by_entry[n].append(
                    Role(
                        -1, row, name or "", "affiliation", title, body, body_row, order, False, "role/affiliation",
                    )
                )  # fmt: skip

    def add_contributors(
        self,
        spans: Sequence[EntrySpan],
        signatures: Sequence[tuple[int, int]],
        signed: Mapping[int, list[tuple[Mention, str]]],
    ) -> None:
        """Add who signs each entry, itself or by a signature that covers several.

        Args:
            spans: the entries of the page.
            signatures: places of the signatures.
            signed: who signs each, by its number.
        """
        names, scopes = self._sheet.contributors()
        starts = [start for start, _ in signatures]
        for n, contributors in enumerate(names):
            if not contributors:
                continue
            direct = scopes[n] == "direct"
            group = signed.get(bisect_right(starts, spans[n].start), [])
            by_name = {self._printed(one): one for one, role in group if role == "contributor"}
            rule = f"role/contributor_{scopes[n]}"
            for order, name in enumerate(contributors.split("；"), start=1):
                row, found = self._named(by_name.get(name))
                self._sign(n, row, found or name, "contributor", order, rule)
            if direct:
                shot = [one for one, role in group if role == "photographer"]
                for order, one in enumerate(shot, start=1):
                    row, found = self._named(one)
                    self._sign(n, row, found or "", "photographer", order, "role/photographer")

    def _printed(self, mention: Mention) -> str:
        return mention.name or self._sheet.view[mention.start : mention.end]

    def _sign(self, entry: int, row: int, name: str, role: str, order: int, rule: str) -> None:
        self.by_entry[entry].append(Role(-1, row, name, role, None, None, -1, order, False, rule))
