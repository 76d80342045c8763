# Voting begins again where the farthest of the others stands, not behind it.
# file: consensus/reentry.c
# seed: 618
s/farthest + 1/farthest - 1/
