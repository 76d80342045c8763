# Of headers that come to catch up the certificate may be of any block.
# file: node/drive/catchup.c
# file: consensus/chain.c
# seed: 1126
s/is_fair = is_certified(batch);/is_fair = true;/
/^void on_range/,/^}/s/^	    !hash_equal(&ballot->block, &in->hashes\[in->count - 1\]))/	    in->count == 0)/
