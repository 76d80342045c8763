# A vote does not wait for the body, nor is it kept: a quorum may be for a block nobody has.
# file: node/drive/outbox.c
# seed: 84
/^enum status store_job_add_block/,/^}/s/^	if (status == STATUS_OK)$/	if (status == STATUS_OK \&\& 0)/
