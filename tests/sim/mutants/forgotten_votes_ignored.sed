# Whoever forgot what he signed votes at once, as if he had signed nothing.
# file: consensus/reentry.c
# seed: 88
s/(core->recall == RECALL_LOST || core->recall == RECALL_DOUBTED)/false/
