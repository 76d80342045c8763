# Whoever was asked for bodies has all the time in the world.
# file: node/drive/sync_ask.c
# seed: 3
s/count += treat_stall(sync, now_ms, questions + count);/(void)treat_stall;/
s/^	fail_silent(sync, now_ms);/	(void)fail_silent;/
