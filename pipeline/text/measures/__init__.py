"""What each number measures, what it is part of, and the time and territory it speaks of.

lexicon    the word lists and how they cut a text
phrases    the phrase next to each number
relations  what a number takes from its neighbours: subject, level, total
context    period and territory
measure    the columns put into the table of quantities
"""

from pipeline.text.measures.measure import measure

__all__ = ["measure"]
