# Whoever was asked for headers has all the time in the world.
# file: node/drive/sync_ask.c
# seed: 18
s/^	give_up_late_headers(sync, now_ms);/	(void)give_up_late_headers;/
