# A block need not build on the block that its proposal names.
# file: consensus/vote.c
# seed: 116
s/if (block->header.view != proposal->view ||/if (block->header.view != proposal->view)/
/^	    !hash_equal(&block->header.parent, parent))$/d
s/if (block->state != BLOCK_VALID || !is_ready(core, parent))/if (block->state != BLOCK_VALID || !is_ready(core, parent) || !is_ready(core, \&block->header.parent))/
