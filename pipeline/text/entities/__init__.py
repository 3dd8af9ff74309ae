"""Names in prose: organisations, people, divisions, places, works, quotations, short forms, references.

Reading order: `words` loads the word lists and cuts a block into words and runs; `brackets` pairs 《》 “” （）; `runs`
reads names that end with a class word; `people` reads names behind titles; `abbreviations` follows short forms;
`references` finds the entry a cross-reference means; `canonical` gives full names. `mention` is what they hand on.
Not here: what the named did (`events`) and the tables (`names`).
"""
