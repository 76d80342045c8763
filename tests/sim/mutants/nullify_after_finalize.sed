# When the time of a view is over, the one before is given up too, final vote or not.
# file: consensus/safety.c
# file: consensus/vote.c
# seed: 3
/^static enum safety_answer allow_nullify/,/^}/s/if (record->finalized)/if (0)/
s/^	(void)sign_ballot(core, &nullify, out);/&\
	nullify.view = view - 1;\
	(void)sign_ballot(core, \&nullify, out);/
