"""What each number measures, what it is part of, and the time and territory it speaks of.

lexicon    the word lists and how they cut a text
phrases    the phrase next to each number
relations  what a number takes from its neighbours: subject, level, total
context    period and territory
rows       the columns that the relations are read from
table      the columns put into the table of quantities
"""

from pipeline.text.measures.table import measure

__all__ = ["measure"]
