# Certificates are not on the disk: after a power cut nobody can show why he is where he is.
# file: node/drive/outbox.c
# seed: 595
/^enum status store_job_add_certificate/,/^}/s/^	if (status == STATUS_OK)$/	if (status == STATUS_OK \&\& 0)/
