# A block is voted for when its body is here, executed or not.
# file: consensus/vote.c
# seed: 54
s/if (block->state != BLOCK_VALID || !is_ready(core, parent))/if (!is_ready(core, parent))/
s/^	if (block->state == BLOCK_INVALID)$/	if (0)/
