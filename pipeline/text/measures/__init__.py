"""What each number measures, what it is part of, and the time and territory it speaks of.

lexicon    the word lists and how they cut a text
kinds      what a quantity is by its unit and role
stops      where phrases, clauses and sentences end
nouns      the noun that ends a phrase, and its head
left       the phrase left of a number
right      the phrase right of it
phrases    which of the two it goes by
context    period and territory
walk       what the walk over the numbers reads, writes and remembers
subjects   whose phrase a level goes by
changes    the level a change or share speaks of
totals     the total that a number is part of
relations  the walk itself
rows       the columns that it reads
table      the columns put into the table of quantities
"""

from pipeline.text.measures.table import measure

__all__ = ["measure"]
