"""What must be true of the tables, and what the book itself says about its numbers.

Reading order: `place` (where rows stand in the text), `laws` (slices, tiling, keys, references, accounting of
numerals: each names its offenders), `settle` (offenders become rejects before a table is stored). Audits of the
book's own arithmetic and corrections stand beside them.
"""
