"""What must be true of the tables, and what the book itself says about its numbers.

Reading order: `laws` (slices, tiling, keys, references, accounting of numerals: each names its offenders). Audits of
the book's own arithmetic and corrections stand beside it.
"""
