# A vote that came before counts once more.
# file: consensus/votes.c
# file: consensus/certify.c
# seed: 1
s/^	INVARIANT(count == quorum);$//
s/^static void count(/static size_t again;\
\
&/
s/if (votes_count(&core->votes, &core->epoch, &vote->ballot) <$/if (votes_count(\&core->votes, \&core->epoch, \&vote->ballot) + again </
s/^	case VOTE_KNOWN:$//
s/^	case VOTE_NEWS:$/	case VOTE_KNOWN:\
		again = 1;\
		break;\
	case VOTE_NEWS:\
		again = 0;/
