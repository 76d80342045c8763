# With nothing new to propose, the last block stays as it is.
# file: consensus/propose.c
# seed: 1
s/^	if (core->now_ms >= flush_ms)$/	if (0)/
