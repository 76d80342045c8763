# Whoever forgot what he signed asks where the others stand, and then votes where he stands.
# file: consensus/reentry.c
# seed: 544
s/farthest + 1/0 * farthest/
