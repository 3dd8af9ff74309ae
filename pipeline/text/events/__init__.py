"""What happened: conferences, exhibitions, signings, awards, foundings, publications, and who took which part.

Reading order: `names` tells where an event's name begins and which names mean one event; `lists` reads `A、B等单位`
before or after a verb; `frames` reads the clause round each event verb and fills in date, place, parts taken.
"""
