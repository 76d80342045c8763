# A new block is made on a seal that is not final.
# file: consensus/propose.c
# file: consensus/chain.c
# file: consensus/vote.c
# seed: 3
s/may_build = !is_open_seal(core, parent) \&\& /may_build = /
/^static bool fits_parent/,/^}/s/!is_open_seal(core, &header->parent)/true/
s/if (is_open_seal(core, parent))/if (0)/
