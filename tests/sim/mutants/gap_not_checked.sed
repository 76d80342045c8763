# A proposal may pass over views that were not given up.
# file: consensus/vote.c
# seed: 222
s/if (!views_is_nullified(views, view))$/if (0)/
