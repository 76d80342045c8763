# What is signed does not name the network.
# file: chain/ledger/validators.c
# seed: 40
/^struct hash ballot_digest/,/^}/{
s/^	uint8_t bytes/	static const struct hash nowhere;\
	static struct network none;\
&/
s/network->\(notarize\|nullify\|finalize\)/none.\1/g
s/^	writer_u64(&out, ballot->epoch);/	(void)network;\
&/
s/network_hash(begun/(network_init(\&none, \&nowhere), network_hash(begun/
s/sizeof bytes));/sizeof bytes)));/
}
