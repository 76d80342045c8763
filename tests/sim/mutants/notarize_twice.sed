# Of two proposals in a view both are voted for.
# file: consensus/safety.c
# file: consensus/vote.c
# seed: 42
/^static enum safety_answer allow_notarize/,/^}/s/if (record->notarized)/if (record->notarized \&\& hash_equal(\&record->notarized_block, \&ballot->block))/
s/ || (record && record->notarized))/ || (0 \&\& record))/
/^void try_notarize/,/^}/s/(void)sign_ballot(core, &ballot, out);/if (!votes_has(\&core->votes, \&ballot, core->epoch.self)) &/
/^		case JUDGED_GOOD:/,/return;/s/return;/break;/
