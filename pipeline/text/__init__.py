"""The language of yearbooks: text to tables of facts, in columns over a block of about a million characters.

Reading order: `view` (the characters as read), `lexer` (words of a closed list), `numerals`, `units`, `lookalikes`
(numerals that are no quantity), `dates`, `clauses` (the cue words), then `quantities` with `groups`, `unit_context`
and `roles`; `layout` and `tables` turn places into rows, `facts` runs them all. `segment` cuts entries before, and
`measures`, `entities` and `events` read names and meanings after.

How a yearbook leaves things out, and what is made of it:
- The year of a date is the one stated in its sentence, else the one that opened an earlier sentence of the entry, else
  the year the book covers; `dates.year_source` says which.
- The basis of a growth rate is the last one stated in the entry (`change_basis_stated` false), else the year before.
- The unit of a list stands at its last member, that of a table in its head, that of a total at times in its noun.
"""
