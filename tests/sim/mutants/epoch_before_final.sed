# The next epoch begins when a quorum has notarized the seal.
# file: consensus/chain.c
# seed: 3
/^static void commit_final/,/^}/s/^	if (core->has_range)$/	if (views_parent(\&core->views) > core->views.final_view \&\&\
	    is_open_seal(core, views_block(\&core->views, views_parent(\&core->views))))\
		commit_to(core, views_block(\&core->views, views_parent(\&core->views)), views_parent(\&core->views),\
		          views_certificate(\&core->views, views_parent(\&core->views), VOTE_NOTARIZE), out);\
&/
