# A view that was given up is made final all the same.
# file: consensus/safety.c
# file: consensus/vote.c
# seed: 1
/^static enum safety_answer allow_finalize/,/^}/s/if (record->nullified)/if (0)/
s/if (record \&\& (record->nullified || record->finalized))/if (record \&\& record->finalized)/
s/|| facts->nullified)/|| 0)/
