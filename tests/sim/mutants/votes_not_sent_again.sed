# What was lost stays lost: neither votes nor certificates are sent again.
# file: consensus/gossip.c
# seed: 3
s/^		send_own(core, ALL_VALIDATORS, 0, out);$//
s/^			help(core, in, out);$/			(void)help;/
